import { Radio, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** How a company is numbered in a dataspace. */
export interface Numbered {
  numbering: "auto" | "given" | "none";
  bpn: string;
}

const WAYS = ["auto", "given", "none"] as const;

export function numberOf({ numbering, bpn }: Numbered): string | null {
  return { auto: "auto", given: bpn.trim(), none: null }[numbering];
}

interface Form {
  values: Numbered;
  setFieldValue: (field: "numbering" | "bpn", value: never) => void;
}

/** The business partner number: one of this dataspace, one that exists, or none. */
export function NumberChoice({ label, form }: { label: string; form: Form }) {
  const { t } = useTranslation("partners");
  const { numbering, bpn } = form.values;
  return (
    <Radio.Group label={label} value={numbering} onChange={(value) => form.setFieldValue("numbering", value as never)}>
      <Stack gap="sm" mt="xs">
        {WAYS.map((way) => (
          <Radio key={way} value={way} label={t(`number.${way}`)} />
        ))}
        {numbering === "given" && (
          <TextInput
            aria-label={label}
            placeholder="BPNL000000000000"
            required
            value={bpn}
            onChange={(event) => form.setFieldValue("bpn", event.currentTarget.value as never)}
          />
        )}
      </Stack>
    </Radio.Group>
  );
}
