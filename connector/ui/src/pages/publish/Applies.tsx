import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { TextLink } from "@/components/Links";

const SHOWN = 3;

/** Which assets a selector covers, in a line. */
export function Applies({ selector, links = false }: { selector: Schema["Selector"]; links?: boolean }) {
  const { t } = useTranslation("publish");
  if ("all" in selector) return t("selector.all");
  if ("where" in selector) {
    const tests = selector.where.map(({ property, operator, value }) => `${property} ${operator} ${String(value)}`);
    return t("selector.where", { tests: tests.join(", ") });
  }
  const [shown, more] = [selector.ids.slice(0, SHOWN), selector.ids.length - SHOWN];
  return (
    <>
      {shown.map((id, index) => (
        <span key={id}>
          {index > 0 && ", "}
          {links ? (
            <TextLink to="/publish/assets/$id" params={{ id }}>
              {id}
            </TextLink>
          ) : (
            id
          )}
        </span>
      ))}
      {more > 0 && ` ${t("selector.more", { count: more })}`}
    </>
  );
}
