import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { shortened } from "@/components/Id";
import { TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Refusal } from "@/components/Refusal";
import type { Json } from "../negotiations/terms/editing";
import { Proposal } from "../negotiations/terms/Proposal";
import { HowFar, useBegin } from "./begin";
import { datasetQuery, type Which } from "./queries";

const route = getRouteApi("/app/catalog/$partner/$dataset/propose");

/** Asks for a dataset under other terms than those that are published. */
export function ProposePage() {
  const { t } = useTranslation("catalog");
  const { partner, dataset } = route.useParams();
  const { offer, address } = route.useSearch();
  const which = { partner, dataset, address };
  const { data, error, refetch } = useQuery(datasetQuery(which));
  const chosen = data?.offers.find((one) => one.offer["@id"] === offer) ?? data?.offers[0];
  const title = data?.title ?? shortened(dataset);
  const name = data?.partnerName ?? shortened(partner);
  return (
    <Page
      title={t("propose.title")}
      description={t("propose.text", { title, name })}
      crumbs={[
        <TextLink key="catalog" to="/catalog">
          {t("title")}
        </TextLink>,
        <TextLink
          key="dataset"
          to="/catalog/$partner/$dataset"
          params={{ partner, dataset }}
          search={{ offer, address }}
        >
          {title}
        </TextLink>,
      ]}
    >
      {error && !data && <Refusal problem={error} retry={() => void refetch()} />}
      {!error && !data && <Loading lines={10} />}
      {data && !chosen && <p>{t("offer.none")}</p>}
      {chosen && <Proposing which={which} published={chosen.offer} name={name} />}
    </Page>
  );
}

function Proposing({ which, published, name }: { which: Which; published: Json; name: string }) {
  const { t } = useTranslation("catalog");
  const navigate = useNavigate();
  const begin = useBegin(which);
  const [verify, setVerify] = useState<"auto" | "hold">("auto");
  // The page may be read again while somebody edits.
  const [start] = useState(published);
  const against = useMemo(() => [{ label: t("propose.published"), policy: published }], [published, t]);
  const send = async (offer: Json) => {
    const { pid } = await begin(offer, verify);
    await navigate({ to: "/negotiations/$pid", params: { pid } });
  };
  return (
    <Proposal start={start} against={against} verb={t("propose.send", { name })} send={send}>
      <HowFar value={verify} onChange={setVerify} />
    </Proposal>
  );
}
