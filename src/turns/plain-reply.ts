import type { AgentAnswer } from "../core/agent.ts";
import type { CarriedOut } from "../core/approval.ts";
import { humanButton, type Reply } from "../core/reply.ts";

type Failure = Extract<AgentAnswer, { kind: "failed" }>["reason"];

// Each says plainly what is wrong and what the person can do.
const bodies: Readonly<Record<Failure, string>> = {
  "no model configured":
    "I can't answer questions yet: no language model is set up here. A person can help you.",
  "model unavailable": "I'm having trouble right now. Please try again later, or talk to a person.",
  "empty answer": "I couldn't find an answer to that. Could you rephrase it, or shall a person help you?",
  "over budget": "I can't answer any more questions for now. A person can help you.",
  "too many steps":
    "That took more steps than I can do at once. Could you ask for a smaller part, or talk to a person?",
  "out of time": "That took me too long. Please try again, or talk to a person.",
  "needs a person":
    "I can't tell whether my last step went through, so I won't repeat it. A person should look at this.",
};

/** What is said when the agent has no answer: honest, and with a way to a person. */
export function toPlainReply(reason: Failure): Reply {
  return { body: bodies[reason], buttons: [humanButton] };
}

/** What is said of calls that ran outside of the thinking, when nobody is there to put it into better words. */
export function toDoneBody(done: readonly CarriedOut[]): string {
  return done.map(toDoneLine).join("\n\n");
}

function toDoneLine({ how, tool, ok, text }: CarriedOut): string {
  const approved = how === "background" ? "" : " was approved and";
  if (ok) return `\`${tool}\`${approved} is done:\n\n${toLines(text)}`;
  return how === "background"
    ? `\`${tool}\` did not work out. You can try again, or talk to a person.`
    : `\`${tool}\` was approved, but failed.`;
}

/** A flat result as a list; anything else as the text it is. */
function toLines(text: string): string {
  const fields = readFields(text);
  if (fields === undefined) return text;
  return fields.map(([name, value]) => `- ${name.replaceAll("_", " ")}: ${value}`).join("\n");
}

function readFields(text: string): readonly (readonly [string, string])[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const fields = Object.entries(value);
    if (fields.some(([, field]) => typeof field === "object" && field !== null)) return undefined;
    return fields.map(([name, field]) => [name, String(field)]);
  } catch {
    return undefined;
  }
}

/** What is said when the same message broke the work again and again. */
export const deadLetterReply: Reply = {
  body: "Something went wrong on my side and I could not deal with your message. The team has been told.",
  buttons: [humanButton],
};
