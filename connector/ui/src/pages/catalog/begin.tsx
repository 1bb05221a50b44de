import { Radio, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import type { Which } from "./queries";

type Step = Schema["Step"];

/** Asks the partner for a contract under these terms. */
export function useBegin({ partner, dataset, address }: Which) {
  const client = useQueryClient();
  return async (offer: Record<string, unknown>, verify: Step): Promise<Schema["Negotiation"]> => {
    const whom = address ? { counterPartyId: partner, counterPartyAddress: address } : { partner };
    // What is not said is as the API has it.
    const automation = { verify } as Schema["NegotiationAutomation"];
    const body = {
      ...whom,
      offer: { ...offer, target: offer.target ?? dataset },
      automation,
    } as Schema["NewNegotiation"];
    const negotiation = await answer(api.POST("/api/v1/negotiations", { body }));
    void client.invalidateQueries({ queryKey: ["negotiations"] });
    return negotiation;
  };
}

/** What the connector does when the partner agrees. */
export function HowFar({ value, onChange }: { value: Step; onChange: (value: Step) => void }) {
  const { t } = useTranslation("catalog");
  return (
    <Radio.Group label={t("negotiate.then")} value={value} onChange={(next) => onChange(next as Step)}>
      <Stack gap="sm" mt="xs">
        <Radio value="auto" label={t("negotiate.auto")} description={t("negotiate.autoText")} />
        <Radio value="hold" label={t("negotiate.hold")} description={t("negotiate.holdText")} />
      </Stack>
    </Radio.Group>
  );
}
