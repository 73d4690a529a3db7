import type { ScriptedToolCall } from "../answer.ts";
import { toText } from "../chat-request.ts";
import type { Exchange, Rule } from "../exchange.ts";
import { isObject } from "../field-check.ts";

/** What a script knows of a conversation: no more than a model is told. */
export interface Talk {
  /** What is to be answered now. */
  readonly said: string;
  /** What the assistant had said last before that. */
  readonly before: string;
  /** Everything people said so far with what the assistant had said before it, oldest first. */
  readonly turns: readonly { readonly said: string; readonly before: string }[];
  /** The day the system prompt names, else the clock's. */
  readonly today: Date;
}

/** What a tool said. A tool that failed says why under `problem`. */
export type Told = Readonly<Record<string, unknown>>;

/** Yields the tools to call, is handed what each of them said, and ends with the words of the answer. */
export type Thoughts = Generator<ScriptedToolCall, string, Told>;

/** Thinks about one kind of company, or leaves what is said to others. */
export interface Script {
  /** The tool by which the company is known. */
  readonly tool: string;
  /** Words where no tool is needed for them. */
  think(talk: Talk): Thoughts | string | undefined;
}

/**
 * A script as a rule: what its tools have said in this turn is told again from the beginning, so that nothing is
 * remembered between two requests and every number of an answer comes out of what a tool said.
 */
export function toScriptedRule({ tool, think }: Script): Rule {
  return (exchange) => {
    const isOffered = exchange.tools.some(({ name }) => name === tool);
    if (!isOffered || exchange.request.responseFormat.kind !== "text") return undefined;
    const thoughts = think(readTalk(exchange));
    if (thoughts === undefined || typeof thoughts === "string") return thoughts;
    let step = thoughts.next();
    for (const { content } of exchange.toolResults) {
      if (step.done === true) break;
      step = thoughts.next(readTold(content));
    }
    return step.done === true ? { text: step.value } : { toolCalls: [step.value] };
  };
}

function readTalk(exchange: Exchange): Talk {
  const turns: { said: string; before: string }[] = [];
  let before = "";
  for (const message of exchange.request.messages) {
    const text = toText(message);
    if (message.role === "user") turns.push({ said: text, before });
    else if (message.role === "assistant" && text !== "") before = text;
  }
  const last = turns.at(-1);
  return {
    said: exchange.unanswered.join(" "),
    before: last?.before ?? "",
    turns,
    today: readToday(exchange),
  };
}

function readToday({ request }: Exchange): Date {
  const system = request.messages.filter(({ role }) => role === "system").map(toText);
  const named = /Today is (?:\w+,? )?(\d{1,2} \w+ \d{4})/.exec(system.join("\n"))?.[1];
  const day = named === undefined ? Number.NaN : Date.parse(`${named} UTC`);
  return new Date(Number.isNaN(day) ? Date.now() : day);
}

function readTold(content: string): Told {
  try {
    const value = JSON.parse(content) as unknown;
    return isObject(value) ? value : { problem: content };
  } catch {
    return { problem: content.replace(/^Error: /, "") };
  }
}

/** What was answered to the newest question of the assistant that is like this. */
export function answerTo({ turns }: Talk, question: RegExp): string | undefined {
  return turns.findLast(({ before }) => question.test(before))?.said;
}

/** The newest thing said that is like this. */
export function lastSaid({ turns }: Talk, like: RegExp): string | undefined {
  return turns.findLast(({ said }) => like.test(said))?.said;
}

/** Whether it is a yes. */
export function isYes(said: string): boolean {
  return /^\W*(?:yes|yeah|yep|sure|ok|okay|please do|go ahead)\b/i.test(said);
}

/** Whatever a tool said it could not do, in its own words. */
export function problemOf({ problem }: Told): string | undefined {
  return typeof problem === "string" ? problem : undefined;
}

/** A field that is a list of objects; empty when it is something else. */
export function listOf(told: Told, name: string): readonly Told[] {
  const value = told[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A field as text; empty when there is none. */
export function textOf(told: Told | undefined, name: string): string {
  const value = told?.[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A field as a number; not a number when there is none. */
export function numberOf(told: Told | undefined, name: string): number {
  const value = told?.[name];
  return typeof value === "number" ? value : Number.NaN;
}

/** US dollars as people write them. */
export function toDollars(amount: number): string {
  return `$${Number.isInteger(amount) ? amount : amount.toFixed(2)}`;
}

const months = "January February March April May June July August September October November December".split(
  " ",
);

/** The next day a text names, such as “June 15th”, as YYYY-MM-DD. */
export function readDay(text: string, today: Date): string | undefined {
  const found = new RegExp(`\\b(${months.join("|")}) (\\d{1,2})`, "i").exec(text);
  const month = months.findIndex((name) => name.toLowerCase() === found?.[1]?.toLowerCase());
  if (found === null || month < 0) return undefined;
  const thisYear = new Date(Date.UTC(today.getUTCFullYear(), month, Number(found[2])));
  const year = thisYear < today ? today.getUTCFullYear() + 1 : today.getUTCFullYear();
  return new Date(Date.UTC(year, month, Number(found[2]))).toISOString().slice(0, 10);
}

/** YYYY-MM-DD as people say it. */
export function sayDay(day: string): string {
  const format = new Intl.DateTimeFormat("en-US", {
    month: "long",
    day: "numeric",
    year: "numeric",
    timeZone: "UTC",
  });
  return format.format(new Date(`${day}T00:00:00Z`));
}
