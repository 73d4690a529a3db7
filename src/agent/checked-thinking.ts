import { answerChecked, type CheckedTry } from "./check/answer-checked.ts";
import type { TurnCheck } from "./check/answer-checks.ts";
import { createSpokenText, type SpokenText } from "./spoken-text.ts";
import type { TextFeed } from "./text-feed.ts";
import type { Thought } from "./thought.ts";

/** Thinks until there is an answer, and says it to `spoken`. Called again, it goes on in the same conversation. */
export type Think = (spoken: SpokenText, again: CheckedTry | undefined) => Promise<Thought>;

interface CheckedParts {
  readonly think: Think;
  readonly check: TurnCheck;
  /** Gets what may be shown, while it is written. */
  readonly feed: TextFeed;
  /** Gets the answer that stands in the end. */
  readonly spoken: SpokenText;
  /** The turn's time is over: what stands already is the answer. */
  readonly isOver: () => boolean;
}

/**
 * Thinks, and lets nothing through that the check holds: what nothing given says is asked for again once, then left
 * out, and the answer says so. A first try that fails is the turn's failure; a second one leaves what stood before it.
 */
export async function thinkChecked(parts: CheckedParts): Promise<Thought> {
  const { check, feed, spoken } = parts;
  if (check.mode === "observe") return observe(parts);
  const thoughts: Thought[] = [];
  const checked = await answerChecked(check.answer, (turn) => tryOnce(parts, turn, thoughts), feed.push);
  const failure = thoughts.find(({ kind }) => kind === "failed");
  const answered = thoughts.findLast((thought) => thought.kind === "thought");
  if (answered === undefined || (failure?.kind === "failed" && failure.reason === "needs a person"))
    return failure ?? { kind: "failed", reason: "empty answer", detail: "nothing was said" };
  check.tell(checked.held);
  spoken.finish(checked.body);
  return { ...answered, heldBack: checked.held.length };
}

/** The text of one try; undefined where it has none. A second try may fail: what stood before it is the answer then. */
async function tryOnce(
  { think, isOver }: CheckedParts,
  turn: CheckedTry,
  thoughts: Thought[],
): Promise<string | undefined> {
  const own = createSpokenText({ push: turn.onText, settle: async () => {} });
  const isSecond = turn.instruction !== undefined;
  try {
    const thought = await think(own, isSecond ? turn : undefined);
    thoughts.push(thought);
    return thought.kind === "thought" ? own.whole() : undefined;
  } catch (cause) {
    if (isSecond && isOver()) return undefined;
    throw cause;
  }
}

async function observe({ think, check, spoken }: CheckedParts): Promise<Thought> {
  const thought = await think(spoken, undefined);
  if (thought.kind === "thought") check.tell(check.answer.open("last").finish(spoken.whole()).held);
  return thought;
}
