import { createHash } from "node:crypto";
import { z } from "zod";
import type { AgentRequest } from "../core/agent.ts";
import type { Tool } from "../core/tool.ts";
import { sourcesOf } from "./collect-citations.ts";
import { isYes } from "./flows/said.ts";
import type { ToolOutcome } from "./run-tool.ts";

/** What a model asks for, its arguments parsed. */
interface Call {
  readonly tool: Pick<Tool, "name" | "effect">;
  readonly input: unknown;
}

/**
 * Sees to it that a turn acts on what the person says and never on what a document says: once a model was told text that
 * anybody may have written, it may change nothing but what the person has just said yes to. All agents of a turn share one.
 */
export interface OwnWords {
  /** Whether what a model asked for in its reply of this number may be done. What may not is kept as proposed. */
  allow(call: Call, iteration: number): boolean;
  note(tool: Tool, outcome: ToolOutcome, iteration: number): void;
  /** What a yes to this turn's answer allows, for the next turn to be told as its `dialogue`; undefined where nothing. */
  proposed(): unknown;
}

const kept = z.object({ proposed: z.array(z.string()).min(1) });
const mostProposed = 10;

/** The same steps, told again in a replayed turn, come to the same. `find` knows the tools of what has just been `done`. */
export function hearOwnWords(
  { questions, history, done = [], dialogue }: HeardRequest,
  find: (name: string) => Pick<Tool, "foreign"> | undefined,
): OwnWords {
  const asked = history.findLast(({ role }) => role === "assistant")?.text;
  const isConfirmed = asked !== undefined && isYes(questions.at(-1)?.text ?? "");
  const before = kept.safeParse(dialogue).data?.proposed;
  const proposed = new Set<string>();
  const isToldForeign = done.some(({ tool }) => {
    const known = find(tool);
    return known === undefined || known.foreign !== undefined;
  });
  let readAt = isToldForeign ? -1 : Number.POSITIVE_INFINITY;

  /** The very call that was proposed; where the model asked without having tried, one that its question names. */
  function isWhatWasAsked(call: Call): boolean {
    if (!isConfirmed) return false;
    return before === undefined ? isNamedIn(asked, call) : before.includes(digestOf(call));
  }

  return {
    allow(call, iteration) {
      // What was asked for in the same reply as the reading was asked for without having read.
      if (call.tool.effect === "read" || iteration <= readAt || isWhatWasAsked(call)) return true;
      if (proposed.size < mostProposed) proposed.add(digestOf(call));
      return false;
    },
    note(tool, outcome, iteration) {
      if (tool.foreign !== true || outcome.kind === "uncertain") return;
      // What failed may say so in the words of whoever was asked; what names its sources says so in ours.
      const isOurs = outcome.kind === "error" && tool.cite !== undefined;
      const isEmpty = sourcesOf(tool, outcome)?.length === 0;
      if (!isOurs && !isEmpty) readAt = Math.min(readAt, iteration);
    },
    proposed: () => (proposed.size === 0 ? undefined : { proposed: [...proposed] }),
  };
}

type HeardRequest = Pick<AgentRequest, "questions" | "history" | "done" | "dialogue">;

// A model words a longer text anew each time; what it decides stands in the short ones.
const proseWords = 6;
const prefix = 5;
const shortestWord = 4;
const namedFrom = 0.5;

/** The same for the same tool with the same arguments, however their longer texts are worded. */
function digestOf({ tool, input }: Call): string {
  const told = JSON.stringify(toArguments(input), (_, value: unknown) =>
    typeof value === "string" && value.trim().split(/\s+/u).length >= proseWords ? "…" : inOrder(value),
  );
  return createHash("sha256").update(`${tool.name} ${told}`).digest("base64url");
}

/** Most of what the call says is in the question; of one without arguments most of its name. */
function isNamedIn(question: string, { tool, input }: Call): boolean {
  const said = new Set(wordsOf(question));
  const own = wordsOf(JSON.stringify(Object.values(toArguments(input))));
  const words = own.length > 0 ? own : wordsOf(tool.name);
  return words.length > 0 && words.filter((word) => said.has(word)).length >= words.length * namedFrom;
}

/** A stand-in takes its arguments as text. */
function toArguments(input: unknown): object {
  const value: unknown = typeof input === "string" ? parseJson(input) : input;
  return typeof value === "object" && value !== null ? value : { value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Their beginnings: "closed" is "close". Numbers are whole. */
function wordsOf(text: string): string[] {
  const runs =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/\p{L}+|\p{N}+/gu) ?? [];
  const telling = runs.filter((run) => run.length >= shortestWord || /\p{N}|\p{Script=Han}/u.test(run));
  return [...new Set(telling.map((run) => (/\p{N}/u.test(run) ? run : run.slice(0, prefix))))];
}
