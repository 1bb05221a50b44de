import { IconBan, IconCircleCheck, IconClock, IconHelpCircle, IconPlayerPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Sign, type Tone } from "@/components/State";

const LOOKS = {
  valid: ["good", IconCircleCheck],
  expired: ["bad", IconBan],
  notYetValid: ["warn", IconClock],
  revoked: ["bad", IconBan],
  suspended: ["warn", IconPlayerPause],
  unknown: ["warn", IconHelpCircle],
  invalid: ["bad", IconBan],
} as const satisfies Record<string, [Tone, typeof IconBan]>;

type Known = keyof typeof LOOKS;

/** How a credential stands that a partner presented. */
export function Standing({ status }: { status: string }) {
  const { t } = useTranslation("partners");
  const known: Known = Object.keys(LOOKS).find((each): each is Known => each === status) ?? "unknown";
  const [tone, icon] = LOOKS[known];
  return (
    <Sign tone={tone} icon={icon} title={status}>
      {t(`standing.${known}`)}
    </Sign>
  );
}
