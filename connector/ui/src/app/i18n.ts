import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = "symbolon-language";
const files = import.meta.glob<{ default: object }>(["../pages/*/locale.*.json", "./locale.*.json"]);

/** Words are loaded with the area that needs them: `pages/<area>/locale.<language>.json` is the namespace `<area>`. */
const backend: BackendModule = {
  type: "backend",
  init: () => {},
  read: (language, namespace, done) => {
    const folder = namespace === "app" ? "." : `../pages/${namespace}`;
    const load = files[`${folder}/locale.${language}.json`];
    if (!load) return done(new Error(`no words of ${namespace} in ${language}`), null);
    load().then(
      (module) => done(null, module.default),
      (thrown: Error) => done(thrown, null),
    );
  },
};

function first(): Language {
  const wanted = [kept(), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((tag): tag is Language => !!tag && tag in LANGUAGES) ?? "en";
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export async function startWords(): Promise<void> {
  i18next.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: first(),
      fallbackLng: "en",
      supportedLngs: Object.keys(LANGUAGES),
      load: "languageOnly",
      ns: ["app"],
      defaultNS: "app",
      fallbackNS: "app",
      // A missing German word is found by the test of the locale files, not by loading both languages.
      partialBundledLanguages: true,
      interpolation: { escapeValue: false },
      returnNull: false,
    });
}

export function language(): Language {
  return (i18next.resolvedLanguage as Language | undefined) ?? "en";
}

export async function speak(chosen: Language): Promise<void> {
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // It holds until the page is closed.
  }
  await i18next.changeLanguage(chosen);
}
