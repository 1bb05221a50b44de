import { Button, Collapse, Group, Modal, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { Refusal } from "@/components/Refusal";
import { NumberChoice, type Numbered, numberOf } from "./NumberChoice";

interface Given extends Numbered {
  id: string;
  name: string;
  profile: string | null;
  scopes: "tractusx" | "dcp";
  credentials: string;
  types: string[];
}

const FORMATS = ["vc11-sl2021/jwt", "vc20-bssl/jwt"];

/** Founds a dataspace: this connector issues its credentials. */
export function FoundDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(["partners", "app"]);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("found.title")}
      closeButtonProps={{ "aria-label": t("app:close") }}
    >
      <Content onClose={onClose} />
    </Modal>
  );
}

function Content({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(["partners", "app"]);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [more, toggle] = useDisclosure(false);
  const form = useForm<Given>({
    initialValues: {
      id: "",
      name: "",
      numbering: "auto",
      bpn: "",
      profile: null,
      scopes: "tractusx",
      credentials: "vc11-sl2021/jwt",
      types: [],
    },
  });
  const founding = useMutation({
    mutationFn: ({ id, name, profile, scopes, credentials, types, ...numbered }: Given) => {
      const body = { id: id.trim(), name: name.trim(), bpn: numberOf(numbered), profile, scopes, credentials, types };
      return answer(api.POST("/api/v1/dataspaces", { body }));
    },
    onSuccess: async ({ dataspace: { id } }) => {
      await client.invalidateQueries({ queryKey: ["dataspaces"] });
      onClose();
      await navigate({ to: "/dataspaces/$id", params: { id } });
    },
  });
  const name = (value: string) => {
    if (form.values.id === made(form.values.name)) form.setFieldValue("id", made(value));
    form.setFieldValue("name", value);
  };
  return (
    <form onSubmit={form.onSubmit((given) => founding.mutate(given))}>
      <Stack>
        <Text>{t("found.text")}</Text>
        <TextInput
          label={t("dataspaces.name")}
          required
          data-autofocus
          value={form.values.name}
          onChange={(event) => name(event.currentTarget.value)}
        />
        <TextInput
          label={t("dataspaces.id")}
          description={t("found.idHint")}
          required
          pattern="[a-z0-9\-]+"
          {...form.getInputProps("id")}
        />
        <NumberChoice label={t("found.number")} form={form} />
        <div>
          <Button variant="subtle" size="xs" onClick={toggle.toggle} aria-expanded={more}>
            {more ? t("found.less") : t("found.more")}
          </Button>
        </div>
        <Collapse expanded={more}>
          <Stack>
            <Profile value={form.values.profile} onChange={(profile) => form.setFieldValue("profile", profile)} />
            <Select
              label={t("found.scopes")}
              data={[
                { value: "tractusx", label: t("found.tractusx") },
                { value: "dcp", label: t("found.dcp") },
              ]}
              {...form.getInputProps("scopes")}
            />
            <Select label={t("found.credentials")} data={FORMATS} {...form.getInputProps("credentials")} />
            <TagsInput
              label={t("found.types")}
              description={t("found.typesHint")}
              splitChars={[",", " "]}
              {...form.getInputProps("types")}
            />
          </Stack>
        </Collapse>
        {founding.error && <Refusal problem={founding.error} compact />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("app:dialogs.cancel")}
          </Button>
          <Button type="submit" loading={founding.isPending}>
            {t("found.verb")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The policy profile that a dataspace's offers follow. */
function Profile({ value, onChange }: { value: string | null; onChange: (value: string | null) => void }) {
  const { t } = useTranslation("partners");
  const operands = useQuery({
    queryKey: ["policies", "operands"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/policies/operands", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const data = (operands.data?.profiles ?? []).map(({ iri, name }) => ({ value: iri, label: name }));
  return (
    <Select
      label={t("dataspaces.profile")}
      description={t("found.profileHint")}
      data={data}
      value={value}
      onChange={onChange}
      clearable
      searchable
    />
  );
}

/** `Brake Makers (Süd)` → `brake-makers-sued`. */
export function made(name: string): string {
  const spelled = name
    .toLowerCase()
    .replaceAll("ä", "ae")
    .replaceAll("ö", "oe")
    .replaceAll("ü", "ue")
    .replaceAll("ß", "ss");
  const plain = spelled.normalize("NFKD").replace(/\p{M}/gu, "");
  return plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}
