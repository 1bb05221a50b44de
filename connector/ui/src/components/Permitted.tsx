import { Button, type ButtonProps, Tooltip } from "@mantine/core";
import type { MouseEventHandler, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Permission, usePermitted } from "@/api/session";

interface PermittedProps extends ButtonProps {
  permission: Permission;
  /** Why it cannot be done although the role may: "the negotiation is over". */
  unless?: string | false | null;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  type?: "button" | "submit";
  children: ReactNode;
}

/**
 * A button for what not everybody may do. It is shown to all; where it cannot be pressed it stays in the tab order and says why.
 */
export function Permitted({ permission, unless, onClick, type = "button", children, ...look }: PermittedProps) {
  const { t } = useTranslation();
  const may = usePermitted(permission);
  const reason = may ? unless || null : t("permitted.not", { role: t(`permitted.${permission}`) });
  if (!reason) {
    return (
      <Button {...look} type={type} onClick={onClick}>
        {children}
      </Button>
    );
  }
  return (
    <Tooltip label={reason} multiline maw={300}>
      <Button
        {...look}
        type="button"
        data-disabled
        aria-disabled="true"
        aria-description={reason}
        onClick={(event) => event.preventDefault()}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
