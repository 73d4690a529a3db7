import type { SpokenMessage } from "../core/agent.ts";
import type { CarriedOut } from "../core/approval.ts";
import type { PromptMessage } from "./prompt-message.ts";

/**
 * Messages as a model reads them. Staff and notices speak with the assistant's role, which no user can forge;
 * users carry their names where several of them talk.
 */
export function toPromptMessages(
  messages: readonly SpokenMessage[],
  speakers: ReadonlySet<string>,
): PromptMessage[] {
  return messages.map((message) => toPromptMessage(message, speakers.size > 1));
}

/** Calls that ran outside of this turn's thinking, as the model reads calls of its own. */
export function toPromptDone(done: readonly CarriedOut[]): PromptMessage[] {
  if (done.length === 0) return [];
  const calls = done.map((call, index) => ({
    id: `approved_${index}`,
    name: call.tool,
    arguments: call.arguments,
  }));
  const text = "[Notice] A colleague approved this; it was carried out with the result below.";
  const results = done.map(({ ok, text: result }, index) => {
    return { role: "tool", text: ok ? result : `Error: ${result}`, toolCallId: `approved_${index}` } as const;
  });
  return [{ role: "assistant", text, toolCalls: calls }, ...results];
}

/** The names of all people who speak as users. */
export function findSpeakers(messages: readonly SpokenMessage[]): ReadonlySet<string> {
  return new Set(messages.flatMap(({ role, name }) => (role === "user" && name !== undefined ? [name] : [])));
}

function toPromptMessage({ role, text, name }: SpokenMessage, named: boolean): PromptMessage {
  switch (role) {
    case "user":
      return { role: "user", text: named && name !== undefined ? `${oneLine(name)}: ${text}` : text };
    case "assistant":
      return { role: "assistant", text };
    case "staff":
      return {
        role: "assistant",
        text: `[Staff${name === undefined ? "" : ` ${oneLine(name).replaceAll("]", "")}`}] ${text}`,
      };
    case "system":
      return { role: "assistant", text: `[Notice] ${text}` };
    default:
      throw new Error(`unknown role: ${role satisfies never}`);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}
