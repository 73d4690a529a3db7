import { eld } from "eld/extrasmall";

/** What is known of a person's language before this message. */
export interface LanguageContext {
  /** The language their conversation has been in. */
  readonly known?: string | undefined;
  /** What their platform says, such as `de-DE`. */
  readonly locale?: string | undefined;
  /** The tenant's own language, for whoever tells nothing. */
  readonly fallback?: string | undefined;
}

/** An ISO 639-1 code and why it was chosen. */
export interface LanguageDecision {
  readonly language: string;
  readonly reason: "clear text" | "greeting" | "known" | "locale" | "fallback";
}

/** What a detector heard in one text, without looking at who said it. */
export interface HeardLanguage {
  readonly language: string;
  readonly isReliable: boolean;
  /** From 0 to 1 for each language that came into question. */
  readonly scores: Readonly<Record<string, number>>;
  /** How many words there were to go by. */
  readonly words: number;
  /** Written in letters that a Latin language does not use. */
  readonly isOtherScript: boolean;
}

const readCharacters = 1_000;
// Names, codes and addresses belong to no language.
const noise = /https?:\/\/\S*|\S*@\S*|[\p{L}\p{N}_-]*\p{N}[\p{L}\p{N}_-]*|`[^`]*`|:[a-z0-9_+-]{1,40}:/giu;
const otherScript = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;
const wordsToSwitch = 3;
const lead = 0.08;

// Said alone, these are too short for any detector, and leave no doubt.
const greetings: ReadonlyMap<string, string> = new Map(
  Object.entries({
    en: "hello hi hey thanks please yes good morning help goodbye bye",
    es: "hola gracias adiós buenos buenas ayuda",
    fr: "bonjour salut merci bonsoir oui",
    de: "hallo danke guten hilfe tschüss bitte",
    it: "ciao grazie buongiorno buonasera",
    pt: "olá obrigado obrigada oi ajuda",
    nl: "hoi bedankt goedemorgen dankjewel",
  }).flatMap(([language, words]) => words.split(" ").map((word) => [word, language] as const)),
);

/** Listens to a text alone. Pure; never throws; reads at most 1 000 characters. */
export function hearLanguage(text: string): HeardLanguage {
  const read = text.slice(0, readCharacters).normalize("NFC").replaceAll(noise, " ").trim();
  const heard = eld.detect(read);
  return {
    language: heard.language,
    isReliable: heard.language !== "" && heard.isReliable(),
    scores: heard.getScores(),
    words: read.match(/[\p{L}\p{M}]+/gu)?.length ?? 0,
    isOtherScript: otherScript.test(read),
  };
}

/**
 * The language to answer in. A person's language is sticky: it changes only when a text of some length says so
 * clearly, so that "ok", a product's name or a lone foreign word changes nothing.
 */
export function decideLanguage(text: string, context: LanguageContext = {}): LanguageDecision {
  const heard = hearLanguage(text);
  const locale = context.locale?.split(/[-_]/)[0]?.toLowerCase();
  const before = context.known ?? locale ?? context.fallback ?? "en";
  const reason = context.known !== undefined ? "known" : locale !== undefined ? "locale" : "fallback";
  if (isClear(heard, before)) return { language: heard.language, reason: "clear text" };
  const greeted = context.known === undefined ? greetings.get(firstWord(text)) : undefined;
  if (greeted !== undefined && heard.words < wordsToSwitch) return { language: greeted, reason: "greeting" };
  return { language: before, reason };
}

function isClear(heard: HeardLanguage, before: string): boolean {
  if (heard.language === "") return false;
  if (heard.isOtherScript) return heard.isReliable || heard.words > 0;
  const isAhead = (heard.scores[heard.language] ?? 0) - (heard.scores[before] ?? 0) >= lead;
  return heard.isReliable && heard.words >= wordsToSwitch && (heard.language === before || isAhead);
}

function firstWord(text: string): string {
  return (
    text
      .slice(0, 100)
      .normalize("NFC")
      .toLowerCase()
      .match(/\p{L}+/u)?.[0] ?? ""
  );
}
