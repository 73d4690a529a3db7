import type { Citation } from "../../core/reply.ts";
import type { Understanding } from "../../core/understanding.ts";
import type { FaqIndex } from "../faq/faq-index.ts";
import type { FlowHouse, Move } from "../flows/flow-moves.ts";

/** What a company's brain goes by while it decides on one message. */
export interface BrainHouse extends FlowHouse {
  readonly faq: FaqIndex | undefined;
  /** What a greeting offers. */
  readonly starters: readonly string[];
  /** The models are down: say so, and show what can be answered. */
  readonly limited: boolean;
  /** Understands words of this conversation again. */
  readonly understandAgain: (text: string) => Understanding;
}

/** A move, with what it was taken from and why. */
export interface Decided extends Move {
  readonly citations: readonly Citation[];
  /** For the log and for staff. */
  readonly because: string;
  /** Nothing that was written fits: whoever has documents looks there before this is said. */
  readonly missed?: true | undefined;
}

/** A move that rests on no source. */
export function from(move: Move, because: string): Decided {
  return { ...move, citations: [], because };
}
