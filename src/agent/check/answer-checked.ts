import type { AnswerCheck, HeldSentence } from "./answer-check.ts";

/** One try of the model: what was held before it, if anything, and where its text goes. */
export interface CheckedTry {
  /** What stands already and must be continued; empty in the first try. */
  readonly shown: string;
  /** What to tell the model besides; undefined in the first try. */
  readonly instruction: string | undefined;
  /** Takes the try's own text so far, each time it grew. */
  readonly onText: (text: string) => void;
}

/** A checked answer. Whatever was shown is the beginning of `body`. */
export interface CheckedAnswer {
  readonly body: string;
  /** Something is missing or not known: a person should be offered, and the answer kept from the cache. */
  readonly isCertain: boolean;
  /** All that was held in either try, for the counters and the trace. */
  readonly held: readonly HeldSentence[];
}

/**
 * Answers through the check: once, and once more when something was held. `ask` resolves with the whole text of its
 * try and is called at most twice; its failure is the caller's. `show` gets texts that only grow.
 */
export async function answerChecked(
  check: AnswerCheck,
  ask: (turn: CheckedTry) => Promise<string>,
  show: (text: string) => void,
): Promise<CheckedAnswer> {
  let visible = "";
  const showMore = (text: string): void => {
    const next = text.trimEnd();
    if (next.length <= visible.length) return;
    visible = next;
    show(next);
  };
  const first = check.open("first");
  const text = await ask({
    shown: "",
    instruction: undefined,
    onText: (partial) => showMore(first.push(partial)),
  });
  const end = first.finish(text);
  showMore(end.shown);
  const next = check.afterFirst(end);
  if (next.kind !== "ask again") return conclude(next, end.held);

  const before = end.shown === "" || /\s$/u.test(end.shown) ? end.shown : `${end.shown} `;
  const last = check.open("last", before);
  const more = await ask({
    shown: before,
    instruction: next.instruction,
    onText: (partial) => showMore(before + last.push(partial.trimStart())),
  });
  const lastEnd = last.finish(more.trimStart());
  showMore(before + lastEnd.shown);
  return conclude(check.afterLast(lastEnd, before), [...end.held, ...lastEnd.held]);
}

function conclude(
  step: { readonly kind: "answer" | "escalate"; readonly body: string },
  held: readonly HeldSentence[],
): CheckedAnswer {
  return { body: step.body, isCertain: step.kind === "answer", held };
}
