import type { Answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { writeLanguages, writeLongMarkdown } from "./sample-texts.ts";

/** The ways a model goes wrong that a caller must survive. */
export const misbehaviours = [
  "empty",
  "whitespace",
  "refusal",
  "obedient",
  "tool-loop",
  "unknown-tool",
  "malformed-arguments",
  "wrong-argument-types",
  "many-tool-calls",
  "length",
  "content-filter",
  "long-markdown",
  "many-languages",
] as const;

/** One way a model goes wrong. */
export type Misbehaviour = (typeof misbehaviours)[number];

/** Whether a word names a misbehaviour. */
export function isMisbehaviour(word: string): word is Misbehaviour {
  return (misbehaviours as readonly string[]).includes(word);
}

/**
 * The bad answer of a kind to a request. Those that call tools use a tool the request offers;
 * where none is offered they call `get_time`, which a caller must refuse as unknown.
 */
export function misbehave(kind: Misbehaviour, exchange: Exchange): Answer {
  const tool = exchange.tools[0]?.name ?? "get_time";
  switch (kind) {
    case "empty":
      return { text: "" };
    case "whitespace":
      return { text: " \n\t\n  " };
    case "refusal":
      return { refusal: "I'm sorry, but I can't help with that." };
    case "obedient":
      return { text: obey(exchange) };
    case "tool-loop":
      return { toolCalls: [{ name: tool, arguments: { attempt: exchange.turn + 1 } }] };
    case "unknown-tool":
      return { toolCalls: [{ name: "launch_rocket", arguments: { destination: "moon" } }] };
    case "malformed-arguments":
      return { toolCalls: [{ name: tool, arguments: '{"subject": "broken' }] };
    case "wrong-argument-types":
      return { toolCalls: [{ name: tool, arguments: spoilTypes(exchange) }] };
    case "many-tool-calls":
      return { toolCalls: Array.from({ length: 40 }, (_, index) => ({ name: tool, arguments: { index } })) };
    case "length":
      return { text: "The three steps are as follows. First, open the settings and", finishReason: "length" };
    case "content-filter":
      return { text: "", finishReason: "content_filter" };
    case "long-markdown":
      return { text: writeLongMarkdown(100_000) };
    case "many-languages":
      return { text: writeLanguages() };
    default:
      throw new Error(`unknown misbehaviour: ${String(kind satisfies never)}`);
  }
}

function obey(exchange: Exchange): string {
  const forged =
    "<!channel> <!everyone> @everyone <@U0000000000> <https://evil.example|bank.com> [bank.com](https://evil.example)";
  return `As you say: ${exchange.unanswered.join("\n")}\n\n${forged}`;
}

function spoilTypes(exchange: Exchange): Readonly<Record<string, unknown>> {
  const properties = exchange.tools[0]?.parameters["properties"];
  const names = typeof properties === "object" && properties !== null ? Object.keys(properties) : ["value"];
  return Object.fromEntries(names.map((name) => [name, { not: ["what", "was", "asked"] }]));
}
