import { Outlet } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/Loading";
import { Mark } from "@/design/Mark";
import { LANGUAGES, type Language, language, speak } from "./i18n";
import classes from "./PublicFrame.module.css";

/** Around the pages that one sees before one is signed in. */
export function PublicFrame() {
  const { t } = useTranslation();
  return (
    <div className={classes.frame}>
      <header className={classes.brand}>
        <Mark size={28} />
        <span>Symbolon</span>
      </header>
      <main id="main" className={classes.main}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
      <footer className={classes.languages}>
        <span className="visually-hidden">{t("account.language")}</span>
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <button
            key={tag}
            type="button"
            lang={tag}
            aria-pressed={tag === language()}
            onClick={() => void speak(tag as Language)}
          >
            {name}
          </button>
        ))}
      </footer>
    </div>
  );
}
