import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { type TreeNode, treeNode } from "@/policy/standing";
import classes from "./PolicyTree.module.css";
import { StandingSign } from "./PolicyWords";
import { Told } from "./Told";

/** A policy as a tree: rules, their conditions and duties, what those consist of. Parts open and close. */
export function PolicyTree({ explained }: { explained: Schema["Explained"] }) {
  const root = treeNode(explained.tree);
  if (!root) return null;
  return (
    <ul className={classes.tree}>
      <Branch node={root} />
    </ul>
  );
}

function Branch({ node }: { node: TreeNode }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(true);
  const children = node.children ?? [];
  const key = `policy.roles.${node.role}`;
  const head = (
    <>
      <span className={classes.role} data-role={node.role}>
        {i18n.exists(key) ? t(key as "policy.roles.policy") : node.role}
      </span>
      <span className={classes.label}>
        <Told sentence={node.label} />
      </span>
      {node.enforcement && <StandingSign standing={node.enforcement.kind} fact={node.enforcement.fact} />}
    </>
  );
  return (
    <li>
      {children.length === 0 ? (
        <div className={classes.node}>{head}</div>
      ) : (
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary className={classes.node}>{head}</summary>
          <ul>
            {children.map((child, index) => (
              <Branch key={child.path || index} node={child} />
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
