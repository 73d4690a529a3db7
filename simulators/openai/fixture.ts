import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Answer } from "./answer.ts";
import type { Exchange, Rule } from "./exchange.ts";
import { misbehave, misbehaviours } from "./misbehaviour.ts";

const fixtureMatch = z.strictObject({
  /** Substring of the last user text, upper and lower case alike. */
  user: z.string().optional(),
  /** Regular expression over the last user text. */
  pattern: z.string().optional(),
  flags: z.string().optional(),
  /** Substring of the system or developer messages. */
  system: z.string().optional(),
  model: z.string().optional(),
  /** Assistant messages so far. */
  turn: z.int().min(0).optional(),
  hasToolResult: z.boolean().optional(),
  /** Substring of any tool result of this turn. */
  toolResult: z.string().optional(),
  /** Whether the caller wants the rest of an answer that was cut. */
  continues: z.boolean().optional(),
  /** Name of a tool that must be offered. */
  tool: z.string().optional(),
});

const fixtureAnswer = z.union([
  z.string(),
  z.strictObject({
    text: z.string().optional(),
    refusal: z.string().optional(),
    toolCalls: z
      .array(z.strictObject({ name: z.string(), arguments: z.unknown(), id: z.string().optional() }))
      .optional(),
    finishReason: z.enum(["stop", "length", "tool_calls", "content_filter"]).optional(),
    delayMs: z.number().min(0).optional(),
    misbehave: z.enum(misbehaviours).optional(),
  }),
]);

const fixtureSchema = z.strictObject({
  match: fixtureMatch.optional(),
  answer: fixtureAnswer,
  /** How often it answers; without it, always. */
  times: z.int().min(1).optional(),
});

/** A scripted answer: all parts of `match` must hold; in texts `{{question}}` and `{{toolResult}}` are filled in. */
export type Fixture = z.input<typeof fixtureSchema>;

/** Checks fixtures from a file or the wire; all problems are reported together. */
export function parseFixtures(value: unknown): readonly Fixture[] {
  const parsed = z.array(fixtureSchema).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TypeError(`openai simulator: fixtures are not valid: ${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}

/** Reads fixtures from a JSON file that holds an array of them. */
export async function readFixtures(path: string): Promise<readonly Fixture[]> {
  return parseFixtures(JSON.parse(await readFile(path, "utf8")));
}

/** The rule a fixture stands for. It counts its own uses. */
export function toRule(fixture: Fixture): Rule {
  let left = fixture.times ?? Infinity;
  const matches = createMatcher(fixture.match ?? {});
  return (exchange) => {
    if (left <= 0 || !matches(exchange)) return undefined;
    left -= 1;
    return toAnswer(fixture.answer, exchange);
  };
}

function createMatcher(match: z.input<typeof fixtureMatch>): (exchange: Exchange) => boolean {
  const pattern = match.pattern === undefined ? undefined : new RegExp(match.pattern, match.flags);
  return (exchange) =>
    includes(exchange.lastUserText, match.user) &&
    (pattern === undefined || exchange.lastUserText.search(pattern) >= 0) &&
    (match.system === undefined || includes(readSystem(exchange), match.system)) &&
    (match.model === undefined || exchange.model === match.model) &&
    (match.turn === undefined || exchange.turn === match.turn) &&
    (match.hasToolResult === undefined || exchange.toolResults.length > 0 === match.hasToolResult) &&
    (match.toolResult === undefined ||
      exchange.toolResults.some((result) => includes(result.content, match.toolResult))) &&
    (match.continues === undefined || (exchange.continues !== undefined) === match.continues) &&
    (match.tool === undefined || exchange.tools.some((tool) => tool.name === match.tool));
}

function includes(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase());
}

function readSystem(exchange: Exchange): string {
  const system = exchange.request.messages.filter(({ role }) => role === "system" || role === "developer");
  return system.map((message) => JSON.stringify(message.content)).join("\n");
}

function toAnswer(given: z.input<typeof fixtureAnswer>, exchange: Exchange): Answer {
  if (typeof given === "string") return { text: fillIn(given, exchange) };
  const { misbehave: kind, ...answer } = given;
  const base = kind === undefined ? {} : misbehave(kind, exchange);
  const text = answer.text === undefined ? {} : { text: fillIn(answer.text, exchange) };
  return { ...base, ...(answer as Answer), ...text };
}

function fillIn(text: string, exchange: Exchange): string {
  const results = exchange.toolResults.map((result) => result.content).join(", ");
  return text
    .replaceAll("{{question}}", () => exchange.lastUserText)
    .replaceAll("{{toolResult}}", () => results);
}
