import { Autocomplete, Button, Fieldset, Group, Modal, Radio, Select, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { useExplained } from "@/api/explained";
import { usePartnerNames } from "@/components/Partner";
import { Refusal } from "@/components/Refusal";
import { Told } from "@/components/Told";
import type { Agreement } from "@/pages/agreements/agreement";
import { wantedOf } from "@/pages/agreements/reading";
import classes from "./NewTransferDialog.module.css";

interface NewTransferProps {
  opened: boolean;
  onClose: () => void;
  /** The agreement, where it is known; otherwise one is chosen. */
  agreement?: Agreement;
}

const FORMATS = ["HttpData-PULL", "HttpData-PUSH"] as const;
/** What a transfer can be confined to. */
const OPERANDS = ["partNumber", "lot", "asset", "semanticId", "recordedAt", "site", "region", "country"] as const;

interface Confined {
  operand: string;
  value: string;
}

/** Asks for a transfer under an agreement, and says beforehand on what it will be decided. */
export function NewTransferDialog({ opened, onClose, agreement }: NewTransferProps) {
  const { t } = useTranslation(["transfers", "app"]);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("new.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <NewTransfer onClose={onClose} given={agreement} />
    </Modal>
  );
}

function NewTransfer({ onClose, given }: { onClose: () => void; given?: Agreement }) {
  const { t } = useTranslation(["transfers", "app"]);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<Agreement | null>(given ?? null);
  const [format, setFormat] = useState<string>(FORMATS[0]);
  const [purpose, setPurpose] = useState("");
  const [scope, setScope] = useState<Confined[]>([]);
  const purposes = useMemo(
    () => wantedOf(chosen?.policy, (left) => left === "purpose" || left === "UsagePurpose"),
    [chosen],
  );
  const starting = useMutation({
    mutationFn: (body: Schema["NewTransfer"]) => answer(api.POST("/api/v1/transfers", { body })),
    onSuccess: ({ pid }) => {
      void client.invalidateQueries({ queryKey: ["transfers"] });
      onClose();
      void navigate({ to: "/transfers/$pid", params: { pid } });
    },
  });
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (!chosen) return;
    // With one agreed purpose the connector takes that one by itself.
    const body = { agreement: chosen.id, format, purpose: purpose.trim() || null, scope: scopeOf(scope) };
    starting.mutate(body);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {given ? (
          <Text>{t("new.under", { asset: given.asset })}</Text>
        ) : (
          <AgreementChoice chosen={chosen} onChoose={setChosen} />
        )}
        <Radio.Group label={t("new.format")} value={format} onChange={setFormat}>
          <Stack gap="sm" mt="xs">
            {FORMATS.map((value) => (
              <Radio
                key={value}
                value={value}
                label={t(`formats.${value}.name`)}
                description={t(`formats.${value}.meaning`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Autocomplete
          label={t("new.purpose")}
          description={purposes.length > 0 ? t("new.purposeAsked") : t("new.purposeHint")}
          placeholder={purposes[0]}
          data={purposes}
          value={purpose}
          onChange={setPurpose}
          maxLength={1000}
        />
        <Scope scope={scope} onChange={setScope} policy={chosen?.policy} />
        {chosen && <DecidedOn id={chosen.id} />}
        {starting.error && <Refusal problem={starting.error} compact />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app:dialogs.cancel")}
          </Button>
          <Button type="submit" loading={starting.isPending} disabled={!chosen}>
            {t("new.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function AgreementChoice({
  chosen,
  onChoose,
}: {
  chosen: Agreement | null;
  onChoose: (one: Agreement | null) => void;
}) {
  const { t } = useTranslation("transfers");
  const names = usePartnerNames();
  const [words, setWords] = useState("");
  const q = chosen ? undefined : words.trim() || undefined;
  const found = useQuery({
    queryKey: ["agreements", "choice", q],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/agreements", {
          params: { query: { role: "consumer", state: "IN_FORCE", q, limit: 50 } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
  const items = found.data?.items ?? [];
  const data = items.map(({ id, asset, partner }) => ({
    value: id,
    label: `${asset} · ${names.get(partner) ?? partner} · …${id.slice(-6)}`,
  }));
  return (
    <>
      <Select
        label={t("new.agreement")}
        description={t("new.agreementHint")}
        data={data}
        value={chosen?.id ?? null}
        onChange={(id) => onChoose(items.find((one) => one.id === id) ?? null)}
        searchable
        onSearchChange={setWords}
        // The connector has searched already.
        filter={({ options }) => options}
        nothingFoundMessage={found.isPending ? t("new.searching") : t("new.noAgreement")}
        required
        data-autofocus
      />
      {found.error && <Refusal problem={found.error} retry={found.refetch} compact />}
    </>
  );
}

interface ScopeProps {
  scope: Confined[];
  onChange: (next: Confined[]) => void;
  policy: unknown;
}

/** What the transfer is confined to: the provider decides each request within it. */
function Scope({ scope, onChange, policy }: ScopeProps) {
  const { t } = useTranslation("transfers");
  const set = (index: number, more: Partial<Confined>) =>
    onChange(scope.map((one, position) => (position === index ? { ...one, ...more } : one)));
  const free = OPERANDS.find((operand) => !scope.some((one) => one.operand === operand));
  return (
    <Fieldset legend={t("new.scope")} className={classes.scope}>
      <Text size="sm" c="dimmed">
        {t("new.scopeHint")}
      </Text>
      {scope.map(({ operand, value }, index) => (
        <div key={operand} className={classes.confined}>
          <Select
            aria-label={t("new.operand")}
            data={OPERANDS.filter((one) => one === operand || !scope.some((other) => other.operand === one)).map(
              (one) => ({ value: one, label: t(`operands.${one}`) }),
            )}
            value={operand}
            onChange={(next) => set(index, { operand: next ?? operand })}
          />
          <Autocomplete
            aria-label={t("new.value")}
            placeholder={t("new.valueHint")}
            data={wantedOf(policy, (left) => left === `adm:${operand}`)}
            value={value}
            onChange={(next) => set(index, { value: next })}
          />
          <Button variant="subtle" onClick={() => onChange(scope.filter((_, position) => position !== index))}>
            {t("new.remove")}
          </Button>
        </div>
      ))}
      {free && (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden="true" />}
          onClick={() => onChange([...scope, { operand: free, value: "" }])}
        >
          {t("new.confine")}
        </Button>
      )}
    </Fieldset>
  );
}

/** Several values are given with commas between them. */
export function scopeOf(scope: readonly Confined[]): Record<string, string | string[]> | null {
  const given = scope.flatMap(({ operand, value }): [string, string | string[]][] => {
    const values = value
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== "");
    const [only] = values;
    return only === undefined ? [] : [[`adm:${operand}`, values.length === 1 ? only : values]];
  });
  return given.length > 0 ? Object.fromEntries(given) : null;
}

function DecidedOn({ id }: { id: string }) {
  const { t } = useTranslation("transfers");
  const explained = useExplained({ agreement: id });
  const clauses = (explained.data?.clauses ?? []).filter(({ standing }) => standing !== "contractual");
  if (clauses.length === 0) return null;
  return (
    <section>
      <Text fw={500}>{t("new.decidedOn")}</Text>
      <ul className={classes.clauses}>
        {clauses.map(({ path, sentence, fact, standing }) => (
          <li key={path}>
            <Told sentence={sentence} />{" "}
            <span className={classes.quiet}>
              {standing === "decided" ? t("new.byFact", { fact }) : t("new.notUnderstood")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
