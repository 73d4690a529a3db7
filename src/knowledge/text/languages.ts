import { stemmer as stemDutch } from "@orama/stemmers/dutch";
import { stemmer as stemFrench } from "@orama/stemmers/french";
import { stemmer as stemGerman } from "@orama/stemmers/german";
import { stemmer as stemItalian } from "@orama/stemmers/italian";
import { stemmer as stemPortuguese } from "@orama/stemmers/portuguese";
import { stemmer as stemRussian } from "@orama/stemmers/russian";
import { stemmer as stemSpanish } from "@orama/stemmers/spanish";
import { eld } from "eld/extrasmall";

// Snowball's stemmers. Of English Baton has a lighter one of its own, which its public sets are measured with.
const stemmers = {
  de: stemGerman,
  es: stemSpanish,
  fr: stemFrench,
  it: stemItalian,
  nl: stemDutch,
  pt: stemPortuguese,
  ru: stemRussian,
} as const;

/** A language whose words are brought together by their stems, by its ISO 639-1 code. Any other is read as English is. */
export type Language = keyof typeof stemmers | "en";

/** All of them, English first. */
export const languages: readonly Language[] = ["en", ...Object.keys(stemmers).filter(isLanguage)];

const heardLetters = 300;
const fewestWords = 8;
const noise = /https?:\/\/\S*|\S*@\S*|`[^`]*`|[\p{L}\p{N}_-]*\p{N}[\p{L}\p{N}_-]*/gu;

/** What a text is written in, by its first words; `otherwise` where they are too few or leave doubt. */
export function languageOf(text: string, otherwise: Language = "en"): Language {
  const heard = text
    .slice(0, heardLetters * 2)
    .replaceAll(noise, " ")
    .slice(0, heardLetters);
  if ((heard.match(/\p{L}+/gu)?.length ?? 0) < fewestWords) return otherwise;
  const { language, isReliable } = eld.detect(heard);
  return isReliable() ? (toLanguage(language) ?? "en") : otherwise;
}

/** The language that an operator named, as `de` or `de-DE`; undefined for one that is read as English is. */
export function toLanguage(name: string): Language | undefined {
  const code = name.toLowerCase().split(/[-_]/)[0] ?? "";
  return isLanguage(code) ? code : undefined;
}

function isLanguage(code: string): code is Language {
  return code === "en" || Object.hasOwn(stemmers, code);
}

/** A lower-case word without its ending, by Snowball's rules. */
export function stemForeign(word: string, language: Exclude<Language, "en">): string {
  return stemmers[language](word);
}

/** Puts words together without a space ("Rechnungsadresse"). */
export function isCompounding(language: Language): boolean {
  return language === "de" || language === "nl";
}
