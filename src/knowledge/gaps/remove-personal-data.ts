// What tells of a person and has no place in an answer for others. The order counts: addresses have digits, too.
const shapes: readonly (readonly [RegExp, string])[] = [
  [/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu, "[email]"],
  [/<[@#!][^>\s]{1,80}>|(?<![\p{L}\p{N}])@[\p{L}\p{N}_.-]{2,40}/gu, "[name]"],
  [/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/gu, "[account]"],
  [/(?<![\p{L}\p{N}])\+?\d(?:[ ()./-]{0,2}\d){6,18}(?!\d)/gu, "[number]"],
  [/\b(?:[A-Z]{1,6}-?\d{4,}|\d{5,})\b/gu, "[number]"],
];
const greeting = /^\s*(?:hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|hola)\b[^\n,!.]{0,40}[,!.]\s*/iu;
const farewell =
  /\s*\n\s*(?:best|kind|many|warm)?\s*(?:regards|wishes|thanks|cheers|viele grüße|cordialement|saludos)\b[^]*$/iu;

/** A colleague's reply without greeting, farewell and what tells of the person: addresses, numbers, names that are called by. */
export function removePersonalData(text: string, names: readonly string[] = []): string {
  let clean = text.replace(greeting, "").replace(farewell, "");
  for (const [shape, instead] of shapes) clean = clean.replace(shape, instead);
  for (const name of names.flatMap((whole) => whole.split(/\s+/u)).filter((part) => part.length > 2))
    clean = clean.replace(new RegExp(`(?<![\\p{L}])${escape(name)}(?![\\p{L}])`, "giu"), "[name]");
  return clean.trim();
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
