import { cutToLine } from "../../core/cut-text.ts";
import { toInstant, toWall } from "../../core/wall-clock.ts";

/** Something a colleague said that they would do. */
export interface MadePromise {
  /** The sentence, in one line. */
  readonly words: string;
  readonly dueAt: Date;
}

/** Days and times that a sentence speaks of, in its order. */
export type ReadWhen = (
  sentence: string,
  context: { readonly now: Date; readonly timeZone: string; readonly locale: string },
) => readonly {
  readonly date: string;
  readonly time?: string | undefined;
  readonly part?: string | undefined;
}[];

const longest = 300;
const readCharacters = 4_000;

// Who promises says that they, or the team, will do something, or what the other one will have.
const cues: readonly (readonly [language: string, cue: RegExp])[] = [
  [
    "en",
    /\b(?:i|we)(?:'ll|’ll| will| shall|'m going to|’m going to| am going to|'re going to|’re going to| are going to| promise)\b|\b(?:get|come) back to you\b|\byou(?:'ll|’ll| will) (?:hear|get|have|receive)\b|\blet me (?:check|find out|ask|look)\b/iu,
  ],
  [
    "de",
    /(?<!\p{L})(?:ich|wir) (?:melde|prüfe|kläre|schaue?|schicke|sende|sage|gebe|kümmere|werde|rufe|frage|antworte|erledige)n?(?!\p{L})|(?<!\p{L})(?:melde|prüfe|kläre|schaue?|schicke|sende|sage|gebe|kümmere|werde|rufe|frage|antworte|erledige)n? (?:ich|wir)(?!\p{L})|(?<!\p{L})(?:Sie (?:hören|bekommen|erhalten)|(?:hören|bekommen|erhalten) Sie|du (?:hörst|bekommst|erhältst))(?!\p{L})/iu,
  ],
  [
    "es",
    /(?<!\p{L})(?:responderé|contestaré|confirmaré|revisaré|avisaré|enviaré|llamaré|escribiré|diré|informaré|miraré|averiguaré|comprobaré|responderemos|confirmaremos|revisaremos|avisaremos|enviaremos|llamaremos)(?!\p{L})|(?<!\p{L})(?:voy|vamos) a(?!\p{L})|(?<!\p{L})(?:le|te|les|lo|la) (?:respondo|contesto|confirmo|aviso|envío|llamo|escribo|digo|mando|reviso|miro|compruebo)(?!\p{L})/iu,
  ],
  [
    "fr",
    /(?<!\p{L})(?:je|nous) (?:(?:vous|te|le|la|les|m['’]en|nous en) ){0,2}(?:reviens|revenons|réponds|répondons|répondrai|répondrons|vérifie|vérifions|vérifierai|regarde|regardons|rappelle|rappelons|rappellerai|confirme|confirmons|confirmerai|envoie|envoyons|enverrai|enverrons|tiens|tenons|dirai|écris|écrirai|vais|allons|reviendrai|occupe|occuperai)(?!\p{L})|(?<!\p{L})vous (?:aurez|recevrez)(?!\p{L})/iu,
  ],
];

// Where nothing more is said, the day is meant as a working one.
const usualEnd = 17 * 60;
const endOfPart: Readonly<Record<string, number>> = {
  morning: 12 * 60,
  afternoon: usualEnd,
  evening: 20 * 60,
  night: 22 * 60,
};
const endOfDay = 24 * 60 - 1;

/** Whether there can be a promise in it at all: so cheap that each message may be asked. */
export function mayPromise(text: string): boolean {
  return cues.some(([, cue]) => cue.test(text));
}

/**
 * The promises with a day or a time in what a colleague wrote, in English, German, Spanish and French. Questions promise
 * nothing, and neither does what is past. Pure.
 */
export function findPromises(
  text: string,
  { now, timeZone, readWhen }: { readonly now: Date; readonly timeZone: string; readonly readWhen: ReadWhen },
): readonly MadePromise[] {
  return text
    .slice(0, readCharacters)
    .split(/(?<=[.!?…])\s+|\n+/u)
    .flatMap((sentence) => {
      const language = cues.find(([, cue]) => cue.test(sentence))?.[0];
      if (language === undefined || /[?？]\s*$/u.test(sentence)) return [];
      // Only the Americas write the month first.
      const locale = language === "en" ? (timeZone.startsWith("America/") ? "en-US" : "en-GB") : language;
      const [when] = readWhen(sentence, { now, timeZone, locale });
      const dueAt = when && toDue(when, now, timeZone);
      return dueAt === undefined ? [] : [{ words: cutToLine(sentence, longest), dueAt }];
    });
}

function toDue(
  { date, time, part }: ReturnType<ReadWhen>[number],
  now: Date,
  timeZone: string,
): Date | undefined {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const [hours = 0, minutes = 0] = (time ?? "").split(":").map(Number);
  const end = time === undefined ? (endOfPart[part ?? ""] ?? usualEnd) : hours * 60 + minutes;
  const due = toInstant({ year, month, day }, end, timeZone);
  if (due > now.getTime()) return new Date(due);
  const today = toWall(now, timeZone);
  const isToday = today.year === year && today.month === month && today.day === day;
  return isToday && time === undefined
    ? new Date(toInstant({ year, month, day }, endOfDay, timeZone))
    : undefined;
}
