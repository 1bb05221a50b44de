import { ActionIcon, Autocomplete, Button, Group, Modal, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { Refusal } from "@/components/Refusal";
import { typedValue, useOperands, valueText } from "./reading";

interface Given {
  id: string;
  name: string;
  dspAddress: string;
  claims: { operand: string; values: string[] }[];
}

interface PartnerDialogProps {
  opened: boolean;
  onClose: () => void;
  /** Who is edited; nobody: a new one is registered. */
  partner?: Schema["Partner"];
}

/** Registers a partner, or changes what is known of it. */
export function PartnerDialog({ opened, onClose, partner }: PartnerDialogProps) {
  const { t } = useTranslation(["partners", "app"]);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={partner ? t("edit.title", { name: partner.name }) : t("directory.register")}
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <Content partner={partner} onClose={onClose} />
    </Modal>
  );
}

function Content({ partner, onClose }: Omit<PartnerDialogProps, "opened">) {
  const { t } = useTranslation(["partners", "app"]);
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<Given>({
    initialValues: {
      id: partner?.id ?? "",
      name: partner?.name ?? "",
      dspAddress: partner?.dspAddress ?? "",
      claims: Object.entries(partner?.claims ?? {}).map(([operand, values]) => ({
        operand,
        values: values.map(valueText),
      })),
    },
  });
  const saving = useMutation({
    mutationFn: (given: Given) => {
      const body = {
        name: given.name.trim(),
        dspAddress: given.dspAddress.trim(),
        claims: claimsOf(given, partner),
      };
      return answer(api.PUT("/api/v1/partners/{id}", { params: { path: { id: given.id.trim() } }, body }));
    },
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ["partners"] });
      onClose();
      if (!partner) await navigate({ to: "/partners/$id", params: { id } });
    },
  });
  return (
    <form onSubmit={form.onSubmit((given) => saving.mutate(given))}>
      <Stack>
        <TextInput
          label={t("edit.id")}
          description={partner ? undefined : t("edit.idHint")}
          placeholder="did:web:example.com"
          required
          readOnly={!!partner}
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus={partner ? undefined : true}
          {...form.getInputProps("id")}
        />
        <TextInput label={t("edit.name")} required {...form.getInputProps("name")} />
        <TextInput
          label={t("edit.address")}
          description={t("edit.addressHint")}
          placeholder="https://connector.example.com/dsp/2025-1"
          required
          type="url"
          {...form.getInputProps("dspAddress")}
        />
        <ClaimFields form={form} />
        {saving.error && <Refusal problem={saving.error} compact />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app:dialogs.cancel")}
          </Button>
          <Button type="submit" loading={saving.isPending}>
            {partner ? t("edit.save") : t("directory.register")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ClaimFields({ form }: { form: ReturnType<typeof useForm<Given>> }) {
  const { t } = useTranslation("partners");
  const operands = useOperands();
  const known = [...operands.values()].filter(({ kind }) => kind === "decided").map(({ iri }) => iri);
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <Text component="legend" fw={500} size="sm">
        {t("claims.title")}
      </Text>
      <Text c="dimmed" size="sm" mb="sm">
        {t("claims.hint")}
      </Text>
      <Stack gap="sm">
        {form.values.claims.map(({ operand }, at) => (
          <Group key={at} align="flex-end" wrap="wrap" gap="sm">
            <Autocomplete
              flex="2 1 14rem"
              label={t("claims.operand")}
              description={operands.get(operand)?.meaning}
              data={known}
              limit={30}
              required
              {...form.getInputProps(`claims.${at}.operand`)}
            />
            <TagsInput
              flex="2 1 12rem"
              label={t("claims.values")}
              data={(operands.get(operand)?.values ?? []).map(({ value }) => String(value))}
              splitChars={[",", ";"]}
              required
              {...form.getInputProps(`claims.${at}.values`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t("claims.remove", { operand })}
              onClick={() => form.removeListItem("claims", at)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <div>
          <Button
            variant="default"
            size="xs"
            onClick={() => form.insertListItem("claims", { operand: "", values: [] })}
          >
            {t("claims.add")}
          </Button>
        </div>
      </Stack>
    </fieldset>
  );
}

/** What was typed; values that nobody touched stay what they were, objects too. */
function claimsOf({ claims }: Given, partner: Schema["Partner"] | undefined): Schema["PartnerContent"]["claims"] {
  const entries = claims.map(({ operand, values }) => {
    const before = partner?.claims[operand] ?? [];
    const value = (text: string) => before.find((one) => valueText(one) === text) ?? typedValue(text);
    return [operand.trim(), values.map(value)] as const;
  });
  return Object.fromEntries(entries);
}
