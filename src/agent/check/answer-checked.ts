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

/** A checked answer. */
export interface CheckedAnswer {
  readonly body: string;
  /** Something is missing or not known: a person should be offered, and the answer kept from the cache. */
  readonly isCertain: boolean;
  /** All that was held in either try, for the counters and the trace. */
  readonly held: readonly HeldSentence[];
}

/**
 * Answers through the check: once, and once more when something was held. `ask` resolves with the whole text of its
 * try, or with undefined where it has none, and is called at most twice: without a first text there is no second try,
 * and without a second one what was held is left out. `show` gets texts that grow at their end, but for the beginning of a
 * sentence that is held when it is whole: that is taken back.
 */
export async function answerChecked(
  check: AnswerCheck,
  ask: (turn: CheckedTry) => Promise<string | undefined>,
  show: (text: string) => void,
): Promise<CheckedAnswer> {
  let visible = "";
  const showMore = (text: string): void => {
    const next = text.trimEnd();
    if (next === visible) return;
    visible = next;
    show(next);
  };
  const first = check.open("first");
  const text = await ask({
    shown: "",
    instruction: undefined,
    onText: (partial) => showMore(first.push(partial)),
  });
  if (text === undefined) return { body: visible, isCertain: false, held: [] };
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
  const lastEnd = more === undefined ? { shown: "", held: end.held } : last.finish(more.trimStart());
  showMore(before + lastEnd.shown);
  const held = more === undefined ? end.held : [...end.held, ...lastEnd.held];
  return conclude(check.afterLast(lastEnd, before), held);
}

function conclude(
  step: { readonly kind: "answer" | "escalate"; readonly body: string },
  held: readonly HeldSentence[],
): CheckedAnswer {
  return { body: step.body, isCertain: step.kind === "answer", held };
}
