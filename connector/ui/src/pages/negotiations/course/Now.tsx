import { useTranslation } from "react-i18next";
import { usePermitted } from "@/api/session";
import { Copy } from "@/components/Copy";
import { ButtonLink } from "@/components/Links";
import { Permitted } from "@/components/Permitted";
import { Told } from "@/components/Told";
import { wholeSentence } from "@/policy/standing";
import classes from "../Negotiations.module.css";
import { type Message, type Negotiation, useTried } from "../queries";
import { usePartnerName, useWaiting } from "../waiting";
import { type ActionName, actions, permissionFor, stuck } from "./course";

interface NowProps {
  negotiation: Negotiation;
  messages: readonly Message[];
  act: (action: ActionName) => void;
}

/** What to do now: the one thing that this page is opened for. */
export function Now({ negotiation, messages, act }: NowProps) {
  const { t } = useTranslation("negotiations");
  const name = usePartnerName(negotiation.partner);
  const waiting = useWaiting();
  const mayConclude = usePermitted("conclude");
  const possible = actions(negotiation);
  const ours = negotiation.waitingFor === "us";
  const lost = stuck(messages);
  const needsColleague = ours && !mayConclude && possible.some((one) => permissionFor(one) === "conclude");
  return (
    <section className={classes.now} data-quiet={!ours || undefined} aria-labelledby="now">
      <h2 id="now">{ours ? `${waiting(negotiation)}.` : t("now.title")}</h2>
      {!ours && <p>{possible.length > 0 ? t("now.mayEnd") : t("now.nothing", { name })}</p>}
      {lost && <Lost message={lost} name={name} />}
      <Satisfied negotiation={negotiation} name={name} />
      {possible.length > 0 && (
        <div className={classes.buttons}>
          {possible.map((action, index) => (
            <Permitted
              key={action}
              permission={permissionFor(action)}
              variant={ours && index === 0 ? "filled" : "default"}
              onClick={() => act(action)}
            >
              {t(`actions.${action}`)}
            </Permitted>
          ))}
        </div>
      )}
      {needsColleague && (
        <>
          <p>{t("now.colleague")}</p>
          <Copy text={window.location.href} what={t("now.link")} words />
        </>
      )}
    </section>
  );
}

/** What an approval would rest on. */
function Satisfied({ negotiation, name }: { negotiation: Negotiation; name: string }) {
  const { t } = useTranslation("negotiations");
  const { data } = useTried(negotiation);
  if (!data) return null;
  if (data.permitted) return <p>{t("now.holds", { name })}</p>;
  return (
    <>
      <p>{t("now.fails", { name })}</p>
      <ul className={classes.reasons}>
        {data.reasons.map(({ path, sentence }) => (
          <li key={`${path} ${sentence}`}>
            <Told sentence={wholeSentence(sentence.replace(/^refused: /, ""))} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Lost({ message, name }: { message: Message; name: string }) {
  const { t } = useTranslation("negotiations");
  const { status, attempts, httpStatus, detail } = message;
  const words = [
    t(status === "refused" ? "now.stuckRefused" : "now.stuck", { name }),
    detail && (/[.!?]$/.test(detail) ? detail : `${detail}.`),
    httpStatus && t("now.stuckHttp", { status: httpStatus }),
    status === "pending" ? t("now.stuckRetry", { count: attempts }) : t("now.stuckOver"),
  ];
  return (
    <div role="alert">
      <p>
        <Told sentence={words.filter(Boolean).join(" ")} />
      </p>
      <ButtonLink to="/operations" variant="default" size="compact-sm">
        {t("now.partner")}
      </ButtonLink>
    </div>
  );
}
