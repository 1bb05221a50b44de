import { Button, Radio, SegmentedControl, Select, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useExplained } from "@/api/explained";
import { Facts } from "@/components/Facts";
import { Id, shortened } from "@/components/Id";
import { JsonView } from "@/components/JsonView";
import { TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Partner } from "@/components/Partner";
import { PolicyDifference } from "@/components/PolicyDifference";
import { PolicyTree } from "@/components/PolicyTree";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { State } from "@/components/State";
import { When } from "@/components/When";
import { Already } from "./Already";
import classes from "./Catalog.module.css";
import { local, properties } from "./document";
import { OfferAnswer } from "./OfferAnswer";
import type { KeptDataset, KeptOffer } from "./pending";
import { askPartner, datasetQuery, type Which } from "./queries";

const route = getRouteApi("/app/catalog/$partner/$dataset");

/** One dataset: what it is, under which terms it can be had, whether one qualifies, and the way to a contract. */
export function DatasetPage() {
  const { t } = useTranslation("catalog");
  const { partner, dataset } = route.useParams();
  const { address } = route.useSearch();
  const which = { partner, dataset, address };
  const { data, error, refetch } = useQuery(datasetQuery(which));
  return (
    <Page
      title={data?.title ?? shortened(dataset)}
      description={data?.description}
      crumbs={[
        <TextLink key="catalog" to="/catalog">
          {t("title")}
        </TextLink>,
        address ? (
          <TextLink key="whose" to="/catalog/ask" search={{ id: partner, address }}>
            <Partner id={partner} />
          </TextLink>
        ) : (
          <TextLink key="whose" to="/catalog" search={{ partner: [partner] }}>
            <Partner id={partner} name={data?.partnerName} />
          </TextLink>
        ),
      ]}
      actions={<AskAgain which={which} />}
    >
      {error && !data && <Refusal problem={error} retry={() => void refetch()} />}
      {!error && !data && <Loading lines={10} />}
      {data && <Body found={data} which={which} />}
    </Page>
  );
}

function AskAgain({ which }: { which: Which }) {
  const { t } = useTranslation("catalog");
  const client = useQueryClient();
  const asking = useMutation({ mutationFn: () => askPartner(client, which) });
  return (
    <div>
      <Button variant="default" loading={asking.isPending} onClick={() => asking.mutate()}>
        {t("dataset.again")}
      </Button>
      {asking.error && <Refusal problem={asking.error} />}
    </div>
  );
}

function Body({ found, which }: { found: KeptDataset; which: Which }) {
  const { t } = useTranslation("catalog");
  const { offer: wanted } = route.useSearch();
  const chosen = found.offers.find(({ offer }) => offer["@id"] === wanted) ?? found.offers[0];
  return (
    <>
      <Facts
        columns={2}
        facts={[
          [t("facets.partner"), <Partner key="partner" id={found.partner} name={found.partnerName} copy />],
          [t("facets.type"), found.type && <span title={found.type}>{local(found.type)}</span>],
          [t("dataset.keywords"), found.keywords.length > 0 && found.keywords.join(", ")],
          [t("facets.format"), found.formats.length > 0 && found.formats.join(", ")],
          [t("dataset.id"), <Id key="id" id={found.dataset} what={t("dataset.id")} />],
          [t("dataset.read"), <When key="read" at={found.readAt} />],
        ]}
      />
      <Already partner={found.partner} dataset={found.dataset} />
      {chosen ? (
        <Offers found={found} chosen={chosen} which={which} />
      ) : (
        <Section title={t("offer.title")}>
          <Text>{t("offer.none")}</Text>
        </Section>
      )}
      <Delivered found={found} />
      <Said found={found} />
    </>
  );
}

function Offers({ found, chosen, which }: { found: KeptDataset; chosen: KeptOffer; which: Which }) {
  const { t } = useTranslation("catalog");
  const { read } = route.useSearch();
  const navigate = useNavigate({ from: "/catalog/$partner/$dataset" });
  const { offers } = found;
  const several = offers.length > 1;
  const ways = [
    { value: "words", label: t("offer.words") },
    { value: "tree", label: t("offer.tree") },
    { value: "json", label: t("offer.json") },
    ...(several ? [{ value: "compare", label: t("offer.compare") }] : []),
  ];
  const choose = (value: string) => {
    const next = value === "words" ? undefined : (value as "tree");
    void navigate({ search: (before) => ({ ...before, read: next }), replace: true, resetScroll: false });
  };
  return (
    <Section
      title={several ? t("offer.several", { count: offers.length }) : t("offer.title")}
      actions={
        <SegmentedControl
          size="xs"
          data={ways}
          value={read === "compare" && !several ? "words" : (read ?? "words")}
          onChange={choose}
          aria-label={t("offer.reading")}
        />
      }
    >
      {several && <WhichOffer offers={offers} chosen={chosen} />}
      <OfferAnswer found={found} offered={chosen} which={which} />
      <Reading offers={offers} offered={chosen} read={read} />
    </Section>
  );
}

function WhichOffer({ offers, chosen }: { offers: readonly KeptOffer[]; chosen: KeptOffer }) {
  const { t } = useTranslation("catalog");
  const navigate = useNavigate({ from: "/catalog/$partner/$dataset" });
  return (
    <Radio.Group
      value={idOf(chosen)}
      onChange={(offer) => navigate({ search: (before) => ({ ...before, offer }), replace: true, resetScroll: false })}
      aria-label={t("offer.choose")}
    >
      <div className={classes.choices}>
        {offers.map((one, index) => (
          <Radio
            key={idOf(one)}
            value={idOf(one)}
            label={
              <>
                {t("offer.number", { number: index + 1 })}{" "}
                <State state={one.qualifies} word={t(`qualifies.${one.qualifies}`)} />
              </>
            }
            description={idOf(one)}
          />
        ))}
      </div>
    </Radio.Group>
  );
}

interface ReadingProps {
  offers: readonly KeptOffer[];
  offered: KeptOffer;
  read: "tree" | "json" | "compare" | undefined;
}

function Reading({ offers, offered, read }: ReadingProps) {
  const { t } = useTranslation("catalog");
  const { data: explained, error } = useExplained({ policy: offered.offer });
  if (read === "json") return <JsonView value={offered.offer} label={t("offer.json")} file="offer.json" open={6} />;
  if (read === "compare" && offers.length > 1) return <Compared offers={offers} offered={offered} />;
  if (offered.unreadable) return <Text>{t("offer.unreadable", { why: offered.unreadable })}</Text>;
  const terms = offered.terms ?? explained;
  if (!terms) return error ? <Refusal problem={error} /> : <Loading lines={5} />;
  if (read === "tree") return explained ? <PolicyTree explained={explained} /> : <Loading lines={5} />;
  return <PolicyWords terms={terms} explained={explained} />;
}

/** Two offers of the same dataset side by side. */
function Compared({ offers, offered }: Omit<ReadingProps, "read">) {
  const { t } = useTranslation("catalog");
  const { beside } = route.useSearch();
  const navigate = useNavigate({ from: "/catalog/$partner/$dataset" });
  const others = offers.filter((one) => one !== offered);
  const other = others.find((one) => idOf(one) === beside) ?? others[0];
  const label = (one: KeptOffer) => t("offer.number", { number: offers.indexOf(one) + 1 });
  if (!other) return null;
  return (
    <>
      {others.length > 1 && (
        <Select
          mb="md"
          maw={320}
          label={t("offer.beside")}
          data={others.map((one) => ({ value: idOf(one), label: `${label(one)} (${shortened(idOf(one))})` }))}
          value={idOf(other)}
          onChange={(next) =>
            navigate({
              search: (before) => ({ ...before, beside: next ?? undefined }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      )}
      <PolicyDifference
        before={offered.offer}
        after={other.offer}
        beforeLabel={label(offered)}
        afterLabel={label(other)}
      />
    </>
  );
}

/** In which forms it can be had, and from where. */
function Delivered({ found: { distributions } }: { found: KeptDataset }) {
  const { t } = useTranslation("catalog");
  if (distributions.length === 0) return null;
  return (
    <Section title={t("delivered.title")}>
      <Facts
        facts={distributions.map(({ format, dataService }, index) => [
          <span key={index}>{format || "–"}</span>,
          <span key={index} className={classes.two}>
            <span>{meaningOf(format, t)}</span>
            {dataService && <span className={classes.why}>{dataService.endpointUrl ?? dataService.id}</span>}
          </span>,
        ])}
      />
    </Section>
  );
}

function meaningOf(
  format: string,
  t: (key: "delivered.pull" | "delivered.push" | "delivered.other") => string,
): string {
  if (/pull$/i.test(format)) return t("delivered.pull");
  return /push$/i.test(format) ? t("delivered.push") : t("delivered.other");
}

/** What the provider says of it besides, and the document itself. */
function Said({ found: { document } }: { found: KeptDataset }) {
  const { t } = useTranslation("catalog");
  const said = properties(document).filter(([name]) => !["title", "description", "name"].includes(name));
  return (
    <Section title={t("dataset.properties")}>
      {said.length > 0 && <Facts columns={2} facts={said} />}
      <details className={classes.raw}>
        <summary>{t("dataset.raw")}</summary>
        <JsonView value={document} label={t("dataset.document")} file="dataset.json" />
      </details>
    </Section>
  );
}

function idOf({ offer }: KeptOffer): string {
  return String(offer["@id"] ?? "");
}
