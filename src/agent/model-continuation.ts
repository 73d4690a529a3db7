import type { ModelQuestion } from "./chat-model.ts";
import type { ModelError } from "./model-error.ts";
import { emptyAnswer } from "./model-error.ts";
import type { ModelReply } from "./model-reply.ts";
import type { Seam } from "./model-seam.ts";
import { createSeam } from "./model-seam.ts";

/** One answer, however many calls it takes. */
export interface Continuation {
  /** What to ask next: the question, and after a cut the text that was shown, to go on from. */
  next(): ModelQuestion;
  /** The whole answer, once a call came to its end. */
  finish(reply: ModelReply): ModelReply;
  /** The answer when a call had nothing to add to what was shown; undefined when the failure is one. */
  finishEmpty(error: ModelError, model: string): ModelReply | undefined;
}

const instruction =
  "[Your answer was cut off after its last word above by a technical fault, and the person has read it. " +
  "Go on from exactly there, as if nothing had happened: repeat nothing, do not begin anew, do not apologize. " +
  "If a tool call comes next, make it.]";

/** Starts with nothing shown. Without `onText` nothing ever is, so a call that broke starts over. */
export function createContinuation(question: ModelQuestion): Continuation {
  let shown = "";
  let seam: Seam | undefined;

  function show(text: string, complete: boolean): string {
    const whole = seam === undefined ? text : seam.join(text, complete);
    if (whole === undefined) return shown;
    shown = whole;
    return whole;
  }

  return {
    next() {
      if (question.onText === undefined) return question;
      seam = shown.trim() === "" ? undefined : createSeam(shown);
      const onText = (text: string) => {
        const before = shown;
        const whole = show(text, false);
        if (whole !== before) question.onText?.(whole);
      };
      if (seam === undefined || seam.prefix.trim() === "") return { ...question, onText };
      const messages = [
        ...question.messages,
        { role: "assistant", text: seam.prefix.trimEnd() },
        { role: "user", text: instruction },
      ] as const;
      return { ...question, messages, onText };
    },
    finish: (reply) => (question.onText === undefined ? reply : { ...reply, text: show(reply.text, true) }),
    finishEmpty(error, model) {
      if (error.code !== emptyAnswer || !isWhole(shown)) return undefined;
      return { text: shown, toolCalls: [], cut: false, model, inputTokens: 0, outputTokens: 0 };
    },
  };
}

/** An answer cut right after its last word lacks nothing. */
function isWhole(text: string): boolean {
  return /[.!?…。！？][)"”'’*_`]*\s*$/u.test(text);
}
