import { z } from "zod";
import { cutToLine } from "../../core/cut-text.ts";
import { isSubstantive } from "../../core/turn.ts";

/** What colleagues are told of a conversation they come to: found in what was said and done, without a model. */
export interface Brief {
  readonly name: string | undefined;
  readonly channel: string;
  /** ISO 639-1, where it is known. */
  readonly language: string | undefined;
  readonly reason: string;
  /** What the person wants, in one line of their own words. */
  readonly ask: string;
  /** Addresses, numbers, amounts and dates they named, newest first. */
  readonly facts: readonly string[];
  /** Steps that were carried out or failed, and the bot's last words. */
  readonly tried: readonly string[];
  /** What is known of them from before. */
  readonly history: readonly string[];
  /** How their last messages feel, in a word. */
  readonly mood?: string | undefined;
}

const briefShape = z.object({
  name: z.string().optional(),
  channel: z.string(),
  language: z.string().optional(),
  reason: z.string(),
  ask: z.string(),
  facts: z.array(z.string()),
  tried: z.array(z.string()),
  history: z.array(z.string()).default([]),
  mood: z.string().optional(),
});

/** Reads what `JSON.stringify` of a Brief gave. */
export function parseBrief(json: string): Brief {
  const { name, language, mood, ...rest } = briefShape.parse(JSON.parse(json));
  return { name, language, ...rest, ...(mood !== undefined && { mood }) };
}

/** What a brief is made of; messages in their order. */
export interface BriefMatter extends Pick<Brief, "name" | "channel" | "language" | "reason" | "history"> {
  readonly said: readonly {
    readonly role: "user" | "assistant" | "staff" | "system";
    readonly text: string;
  }[];
  readonly steps: readonly { readonly name: string; readonly ok: boolean | null }[];
  /** What was found in one text, as it stands there. */
  readonly factsIn: (text: string) => readonly string[];
  /** How one message feels, 0 furious to 1 delighted. */
  readonly moodOf?: ((text: string) => number) | undefined;
  /** What the bot's last words rest on, by title. */
  readonly sources?: readonly string[] | undefined;
}

const mostFacts = 6;
const mostSteps = 4;
const mostSources = 3;
const moodMessages = 3;
const longest = 240;

/** Makes the brief. Touches nothing. */
export function toBrief(matter: BriefMatter): Brief {
  const { name, channel, language, reason, history, said, steps } = matter;
  const asked = said.filter(({ role }) => role === "user").map(({ text }) => text);
  return {
    name,
    channel,
    language,
    reason,
    history,
    ask: inOneLine(findAsk(asked)),
    facts: findFacts(asked, matter.factsIn),
    tried: [...steps.slice(-mostSteps).map(toStep), ...lastWords(said, matter.sources)],
    ...toMoodWord(asked, matter.moodOf),
  };
}

/** The newest thing they wanted that is more than to be put through. */
function findAsk(asked: readonly string[]): string {
  const wishes = asked.filter((text) => isSubstantive(text));
  return wishes.findLast((text) => !isMereCall(text)) ?? wishes.at(-1) ?? "";
}

/** The worst of their last messages counts. */
function toMoodWord(asked: readonly string[], moodOf: BriefMatter["moodOf"]): Pick<Brief, "mood"> {
  if (moodOf === undefined || asked.length === 0) return {};
  const worst = Math.min(...asked.slice(-moodMessages).map(moodOf));
  return { mood: worst < 0.3 ? "upset" : worst > 0.7 ? "pleased" : "calm" };
}

/** Nothing but the wish for a person, or a command. */
export function isMereCall(text: string): boolean {
  if (text.length > 80) return false;
  const others = text.split(/[.!?,;\n]/u).filter((part) => !callsSomebody(part));
  return callsSomebody(text) && others.join(" ").trim().split(/\s+/u).length < 3;
}

function callsSomebody(text: string): boolean {
  return /\b(humans?|persons?|agents?|representative|operator|someone|mensch\w*|mitarbeiter\w*|berater\w*|humain\w*|conseill\w+|humano|persona|agente)\b|^!?\w+$/iu.test(
    text.trim(),
  );
}

function findFacts(asked: readonly string[], factsIn: BriefMatter["factsIn"]): readonly string[] {
  const found = asked.toReversed().flatMap((text) => factsIn(text));
  return [...new Set(found)].slice(0, mostFacts);
}

function toStep({ name, ok }: { readonly name: string; readonly ok: boolean | null }): string {
  const end = ok === null ? "no outcome known" : ok ? "done" : "failed";
  return `${name}: ${end}`;
}

function lastWords(said: BriefMatter["said"], sources: readonly string[] = []): readonly string[] {
  const last = said.findLast(({ role }) => role === "assistant");
  if (last === undefined) return [];
  const titles = sources.slice(0, mostSources).map(inOneLine).join(", ");
  return [`I answered: ${inOneLine(withoutMarks(last.text))}${titles === "" ? "" : ` (from ${titles})`}`];
}

/** What a bot wrote in CommonMark, as words alone: links by their label, nothing bold, no code. */
export function withoutMarks(text: string): string {
  return text
    .replaceAll(/!?\[([^\]]*)\]\([^)\s]*\)/gu, "$1")
    .replaceAll(/(\*\*|__|~~|`+)(?=\S)(.+?)(?<=\S)\1/gu, "$2")
    .replaceAll(/^\s*(#{1,6}|>|```\w*)\s*/gmu, "");
}

function inOneLine(text: string): string {
  return cutToLine(text, longest);
}
