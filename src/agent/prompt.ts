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
  const approved = done.filter(({ how }) => how === undefined);
  const inBackground = done.filter(({ how }) => how === "background");
  return [
    ...toPromptCalls(approved, "approved", approvedNotice),
    ...toPromptCalls(inBackground, "background", backgroundNotice),
  ];
}

const approvedNotice = "A colleague approved this; it was carried out with the result below.";
const backgroundNotice =
  "This ran in the background and has just ended, with the result below. The person waits for it.";

function toPromptCalls(done: readonly CarriedOut[], name: string, notice: string): PromptMessage[] {
  if (done.length === 0) return [];
  const idOf = (index: number) => `${name}_${index}`;
  const calls = done.map((call, index) => ({
    id: idOf(index),
    name: call.tool,
    arguments: call.arguments,
  }));
  const results = done.map(({ ok, text: result }, index) => {
    return { role: "tool", text: ok ? result : `Error: ${result}`, toolCallId: idOf(index) } as const;
  });
  return [{ role: "assistant", text: `[Notice] ${notice}`, toolCalls: calls }, ...results];
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
