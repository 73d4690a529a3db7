import type { AgentAnswer } from "../core/agent.ts";
import { humanButton, type Reply } from "../core/reply.ts";

type Failure = Extract<AgentAnswer, { kind: "failed" }>["reason"];

// Each says plainly what is wrong and what the person can do.
const bodies: Readonly<Record<Failure, string>> = {
  "no model configured":
    "I can't answer questions yet: no language model is set up here. A person can help you.",
  "model unavailable": "I'm having trouble right now. Please try again later, or talk to a person.",
  "empty answer": "I couldn't find an answer to that. Could you rephrase it, or shall a person help you?",
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

/** What is said when the same message broke the work again and again. */
export const deadLetterReply: Reply = {
  body: "Something went wrong on my side and I could not deal with your message. The team has been told.",
  buttons: [humanButton],
};
