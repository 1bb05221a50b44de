import { Button, Menu } from "@mantine/core";
import { IconDots, IconDownload, IconFileText } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLink, getRouteApi } from "@tanstack/react-router";
import { type ComponentPropsWithRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { usePermitted } from "@/api/session";
import { ButtonLink, TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { State } from "@/components/State";
import { UrlTabs } from "@/components/UrlTabs";
import { NewTransferDialog } from "@/pages/transfers/NewTransferDialog";
import classes from "./AgreementPage.module.css";
import { Direction } from "./AgreementsPage";
import type { Agreement } from "./agreement";
import { RetireDialog, TerminateDialog } from "./EndDialogs";
import { ExportDialog } from "./ExportDialog";
import { Headline } from "./Headline";
import { ProofTab } from "./ProofTab";
import { RdfTab } from "./RdfTab";
import { TermsTab } from "./TermsTab";
import { UseTab } from "./UseTab";

const route = getRouteApi("/app/agreements/$id");

export function useAgreement(id: string) {
  return useQuery({
    queryKey: ["agreements", id],
    queryFn: ({ signal }): Promise<Agreement> =>
      answer(api.GET("/api/v1/agreements/{id}", { params: { path: { id } }, signal })),
  });
}

export function AgreementPage() {
  const { t } = useTranslation(["agreements", "app"]);
  const { id } = route.useParams();
  const agreement = useAgreement(id);
  const crumbs = [
    <TextLink key="list" to="/agreements">
      {t("title")}
    </TextLink>,
  ];
  if (!agreement.data) {
    return (
      <Page title={t("one.title")} crumbs={crumbs}>
        {agreement.error ? <Refusal problem={agreement.error} retry={agreement.refetch} /> : <Loading lines={8} />}
      </Page>
    );
  }
  return <Shown agreement={agreement.data} crumbs={crumbs} />;
}

function Shown({ agreement, crumbs }: { agreement: Agreement; crumbs: React.ReactNode[] }) {
  const { t } = useTranslation(["agreements", "app"]);
  const { asset, partner, role, state } = agreement;
  return (
    <Page
      title={asset}
      documentTitle={t("one.document", { asset })}
      crumbs={crumbs}
      description={
        <span className={classes.about}>
          <Direction role={role} />
          <span>
            {t(role === "consumer" ? "one.from" : "one.to")} <Partner id={partner} />
          </span>
          <State state={state} />
        </span>
      }
      actions={<Actions agreement={agreement} />}
    >
      <Headline agreement={agreement} />
      <UrlTabs
        label={t("one.parts")}
        tabs={[
          { value: "terms", label: t("tabs.terms"), content: <TermsTab agreement={agreement} /> },
          { value: "use", label: t("tabs.use"), count: agreement.transfers, content: <UseTab agreement={agreement} /> },
          { value: "proof", label: t("tabs.proof"), content: <ProofTab agreement={agreement} /> },
          { value: "rdf", label: t("tabs.rdf"), content: <RdfTab id={agreement.id} /> },
        ]}
      />
    </Page>
  );
}

/** The dataset's page says what is offered there now: that may be other terms. */
const MenuLink = createLink(function Item(props: ComponentPropsWithRef<"a">) {
  return <Menu.Item component="a" {...props} />;
});

type Asked = "transfer" | "export" | "retire" | "terminate";

function Actions({ agreement }: { agreement: Agreement }) {
  const { t } = useTranslation(["agreements", "app"]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const mayEnd = usePermitted("conclude");
  const { id, role, state, partner, asset } = agreement;
  const dialog = (which: Asked) => ({ agreement, opened: asked === which, onClose: () => setAsked(null) });
  const over = state === "IN_FORCE" ? null : t("one.isOver");
  const ending = !mayEnd ? t("app:permitted.not", { role: t("app:permitted.conclude") }) : null;
  return (
    <>
      {role === "consumer" && (
        <Permitted permission="negotiate" unless={over} onClick={() => setAsked("transfer")}>
          {t("one.transfer")}
        </Permitted>
      )}
      <Button
        variant="default"
        leftSection={<IconDownload size={16} aria-hidden="true" />}
        onClick={() => setAsked("export")}
      >
        {t("export.verb")}
      </Button>
      <ButtonLink
        to="/agreements/$id/review"
        params={{ id }}
        variant="default"
        leftSection={<IconFileText size={16} aria-hidden="true" />}
      >
        {t("review.verb")}
      </ButtonLink>
      <Menu position="bottom-end" withinPortal width={280}>
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={t("one.more")}>
            <IconDots size={18} aria-hidden="true" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {role === "consumer" && (
            <MenuLink to="/catalog/$partner/$dataset" params={{ partner, dataset: asset }}>
              {t("one.renegotiate")}
            </MenuLink>
          )}
          <Ending
            words={t("retire.verb")}
            reason={ending ?? (state === "IN_FORCE" ? null : over)}
            then={() => setAsked("retire")}
          />
          <Ending
            words={t("terminate.verb")}
            reason={ending ?? (state === "TERMINATED" ? over : null)}
            then={() => setAsked("terminate")}
          />
        </Menu.Dropdown>
      </Menu>
      <NewTransferDialog agreement={agreement} opened={asked === "transfer"} onClose={() => setAsked(null)} />
      <ExportDialog {...dialog("export")} />
      <RetireDialog {...dialog("retire")} />
      <TerminateDialog {...dialog("terminate")} />
    </>
  );
}

/** What ends the agreement: shown also to whom it is not permitted, with the reason. */
function Ending({ words, reason, then }: { words: string; reason: string | null; then: () => void }) {
  return (
    <Menu.Item
      color={reason ? undefined : "red"}
      aria-disabled={reason ? true : undefined}
      onClick={reason ? undefined : then}
      closeMenuOnClick={!reason}
    >
      <span className={reason ? classes.quiet : undefined}>{words}</span>
      {reason && <span className={classes.reason}>{reason}</span>}
    </Menu.Item>
  );
}
