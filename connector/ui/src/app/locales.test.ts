import { expect, it } from "vitest";

const files = import.meta.glob<{ default: object }>(["../pages/*/locale.*.json", "./locale.*.json"], { eager: true });
const folders = [...new Set(Object.keys(files).map((file) => file.replace(/locale\.\w+\.json$/, "")))];

/** Each key with the names that are put into its words. */
function keys(words: object, before = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "object" && value !== null
      ? keys(value, `${before}${key}.`)
      : [`${before}${key} ${[...String(value).matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name).sort()}`],
  );
}

it.each(folders)("English and German of %s have the same words, with the same names in them", (folder) => {
  const [english, german] = ["en", "de"].map((tag) => keys(files[`${folder}locale.${tag}.json`]?.default ?? {}).sort());
  expect(german).toEqual(english);
});
