import type { ReactNode } from "react";
import classes from "./Facts.module.css";

/** Names and values. Those whose value is `null`, `undefined` or `false` are left out. */
export function Facts({ facts, columns = 1 }: { facts: readonly [ReactNode, ReactNode][]; columns?: 1 | 2 }) {
  const there = facts.filter(([, value]) => value !== null && value !== undefined && value !== false);
  return (
    <dl className={classes.facts} data-columns={columns}>
      {there.map(([name, value], index) => (
        <div key={typeof name === "string" ? name : index} className={classes.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
