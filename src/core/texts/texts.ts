import { english, type TextKey, type Translation } from "./english.ts";
import { french } from "./french.ts";
import { german } from "./german.ts";
import { spanish } from "./spanish.ts";

/** All texts, by the languages they are written in. */
export const texts = { en: english, de: german, es: spanish, fr: french } as const satisfies Readonly<
  Record<string, Translation>
>;

/** A language in which Baton's own texts are written. */
export type TextLanguage = keyof typeof texts;

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
type ValuesOf<Key extends TextKey> = [NamesIn<(typeof english)[Key]>] extends [never]
  ? []
  : [values: Readonly<Record<NamesIn<(typeof english)[Key]>, string | number>>];

/**
 * The language for whoever is known as this: the first of these that is told at all, such as `de` or `fr-CA`. English
 * where nothing is told, and for a language without texts.
 */
export function toTextLanguage(...told: readonly (string | null | undefined)[]): TextLanguage {
  const first = told.find((one) => one !== undefined && one !== null && one !== "");
  const code = first?.split(/[-_]/)[0]?.toLowerCase();
  return code !== undefined && isTextLanguage(code) ? code : "en";
}

/** A text in that language, its values filled in as they are. */
export function say<Key extends TextKey>(language: TextLanguage, key: Key, ...values: ValuesOf<Key>): string {
  const filled: Readonly<Record<string, string | number>> = values[0] ?? {};
  return texts[language][key].replaceAll(/\{(\w+)\}/gu, (_, name: string) => String(filled[name] ?? ""));
}

function isTextLanguage(code: string): code is TextLanguage {
  return Object.hasOwn(texts, code);
}
