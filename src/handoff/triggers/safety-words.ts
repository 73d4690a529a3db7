import { say, type TextLanguage } from "../../core/texts/texts.ts";
import type { Danger } from "./trigger.ts";

/** Whom people in need can call, by country (ISO 3166). */
export type Hotlines = Readonly<
  Record<string, { readonly selfHarm?: string | undefined; readonly violence?: string | undefined }>
>;

/** What somebody in need is told at once, in their language, with whom to call in their country where that is known. */
export function toSafetyWords(
  danger: Danger,
  language: TextLanguage,
  { country, hotlines }: { readonly country: string | undefined; readonly hotlines: Hotlines },
): string {
  const begin = say(language, `safety.${danger}`);
  if (danger === "personal data") return begin;
  const known = country === undefined ? undefined : hotlines[country];
  const number = danger === "violence" ? (known?.violence ?? known?.selfHarm) : known?.selfHarm;
  const help = number === undefined ? say(language, "safety.find") : say(language, "safety.call", { number });
  return `${begin} ${help} ${say(language, "safety.emergency")}`;
}

/** The country a locale such as `es-MX` names. */
export function countryOf(locale: string | undefined): string | undefined {
  return /[-_]([A-Z]{2})$/.exec(locale ?? "")?.[1];
}
