import { Text } from "@mantine/core";
import { IconFileText, IconHelpCircle, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { grouped, numbered, type Standing, type TreeNode, wholeSentence, within } from "@/policy/standing";
import classes from "./PolicyWords.module.css";
import { Sign } from "./State";
import { Told } from "./Told";

interface PolicyWordsProps {
  /** What the API sends with every offer, negotiation and agreement: enough to read the policy. */
  terms: Schema["Terms"];
  /** From `useExplained`: with it, rules are grouped, and each term names the fact that decides it. */
  explained?: Schema["Explained"];
}

/** A policy in plain sentences: what is permitted, forbidden, demanded; what of it a connector decides, and what binds by contract only. */
export function PolicyWords({ terms, explained }: PolicyWordsProps) {
  return explained ? <Grouped explained={explained} /> : <Numbered terms={terms} />;
}

function Grouped({ explained }: { explained: Schema["Explained"] }) {
  const { t } = useTranslation();
  const { groups } = grouped(explained.tree);
  if (groups.length === 0) return <Text>{t("policy.noRules")}</Text>;
  return groups.map(({ group, rules }) => (
    <section key={group} className={classes.group}>
      <h3>{t(`policy.groups.${group}`)}</h3>
      <ul className={classes.rules}>
        {rules.map((rule, index) => (
          <Rule key={rule.path || index} node={rule} />
        ))}
      </ul>
    </section>
  ));
}

function Rule({ node }: { node: TreeNode }) {
  const children = node.children ?? [];
  const words = wholeSentence(node.label);
  return (
    <li className={classes.rule}>
      <div className={classes.line}>
        <span className={classes.sentence}>
          <Told sentence={words} />
        </span>
        {node.enforcement && <StandingSign standing={node.enforcement.kind} fact={node.enforcement.fact} />}
      </div>
      {children.length > 0 && (
        <ul>
          {children.map((child, index) => (
            <Rule key={child.path || index} node={child} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Numbered({ terms }: { terms: Schema["Terms"] }) {
  const { t } = useTranslation();
  const lists = (["contractualOnly", "notUnderstood"] as const).map((which) => [which, within(terms, which)] as const);
  return (
    <>
      <ul className={classes.rules}>
        {numbered(terms).map(({ number, depth, sentence, standing }) => (
          <li key={`${number} ${sentence}`} className={classes.line} data-depth={Math.min(depth, 4)}>
            <span className={classes.sentence}>
              {number && <span className={classes.number}>{number}</span>}
              <Told sentence={sentence} />
            </span>
            {standing && <StandingSign standing={standing} />}
          </li>
        ))}
      </ul>
      {lists.map(
        ([which, sentences]) =>
          sentences.length > 0 && (
            <section key={which} className={classes.group}>
              <h3>{t(`policy.lists.${which}`)}</h3>
              <ul className={classes.rules}>
                {sentences.map((sentence) => (
                  <li key={sentence}>
                    <Told sentence={sentence} />
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
    </>
  );
}

const SIGNS = {
  decided: ["good", IconShieldCheck],
  contractual: ["warn", IconFileText],
  notUnderstood: ["bad", IconHelpCircle],
} as const;

/** How a term is held up: enforced (and by which fact), by contract only, or not understood. */
export function StandingSign({ standing, fact }: { standing: Standing; fact?: string | null }) {
  const { t } = useTranslation();
  const [tone, icon] = SIGNS[standing];
  return (
    <span className={classes.standing}>
      <Sign tone={tone} icon={icon} title={t(`policy.standing.${standing}.meaning`)}>
        {t(`policy.standing.${standing}.word`)}
      </Sign>
      {fact && <span className={classes.fact}>{t("policy.by", { fact })}</span>}
    </span>
  );
}
