import type { AgentAnswer } from "../core/agent.ts";
import type { CarriedOut } from "../core/approval.ts";
import { toHumanButton, type Reply } from "../core/reply.ts";
import { say, type TextLanguage } from "../core/texts/texts.ts";

type Failure = Extract<AgentAnswer, { kind: "failed" }>["reason"];

// Each says plainly what is wrong and what the person can do.
const bodies = {
  "no model configured": "trouble.no model",
  "model unavailable": "trouble.unavailable",
  "empty answer": "trouble.empty",
  "over budget": "trouble.budget",
  "too many steps": "trouble.steps",
  "out of time": "trouble.time",
  "needs a person": "trouble.unsure",
} as const satisfies Readonly<Record<Failure, string>>;

/** What is said when the agent has no answer: honest, and with a way to a person. */
export function toPlainReply(reason: Failure, language: TextLanguage): Reply {
  return { body: say(language, bodies[reason]), buttons: [toHumanButton(language)] };
}

/** What is said of calls that ran outside of the thinking, when nobody is there to put it into better words. */
export function toDoneBody(done: readonly CarriedOut[], language: TextLanguage): string {
  return done.map((one) => toDoneLine(one, language)).join("\n\n");
}

function toDoneLine({ how, tool, ok, text }: CarriedOut, language: TextLanguage): string {
  const key = how === "background" ? "done.later" : "done.approved";
  if (!ok) return say(language, `${key} failed`, { tool });
  return `${say(language, key, { tool })}\n\n${toLines(text)}`;
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
export function toDeadLetterReply(language: TextLanguage): Reply {
  return { body: say(language, "trouble.given up"), buttons: [toHumanButton(language)] };
}
