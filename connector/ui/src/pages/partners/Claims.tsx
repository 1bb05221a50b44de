import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Facts } from "@/components/Facts";
import classes from "./Claims.module.css";
import { short, useOperands, valueText } from "./reading";

type Claims = Schema["Partner"]["claims"];

/** The facts that an operator entered, in a line. */
export function ClaimsBrief({ claims }: { claims: Claims }) {
  const { t } = useTranslation("partners");
  const all = Object.entries(claims);
  if (all.length === 0) return <span>–</span>;
  return (
    <span className={classes.brief}>
      {all.slice(0, 2).map(([operand, values]) => (
        <span key={operand} title={operand}>
          <span>{short(operand)}</span> {values.slice(0, 3).map(valueText).join(", ")}
          {values.length > 3 && ` +${values.length - 3}`}
        </span>
      ))}
      {all.length > 2 && <span>{t("claims.more", { count: all.length - 2 })}</span>}
    </span>
  );
}

/** The same in full, with what each means. */
export function ClaimsList({ claims }: { claims: Claims }) {
  const operands = useOperands();
  return (
    <Facts
      facts={Object.entries(claims).map(([operand, values]) => [
        <span key={operand} title={`${operand} ${operands.get(operand)?.meaning ?? ""}`}>
          {operands.get(operand)?.name ?? short(operand)}
        </span>,
        <ul key={operand} className={classes.values}>
          {values.map((value) => (
            <li key={valueText(value)}>{valueText(value)}</li>
          ))}
        </ul>,
      ])}
    />
  );
}
