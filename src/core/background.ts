import type { KeptCall } from "./kept-call.ts";

/** The name of Baton's own note that the outcome of a call in the background has arrived. */
export const arrivedAction = "baton.arrived";

/** Where calls are left that go on after their turn. */
export interface BackgroundDesk {
  /**
   * Keeps the call and has it run soon, once per key, whatever becomes of this process. Throws PermanentError when the
   * conversation changed hands.
   */
  begin(request: KeptCall): Promise<void>;
}

/** What the rules need to know of a kept call and of its conversation as it is now. */
export interface BackgroundFacts {
  readonly state: "waiting" | "running";
  /** How often it was begun before. */
  readonly attempts: number;
  readonly effect: "read" | "write";
  /** May be begun again under the same key without a second effect. */
  readonly repeatable: boolean;
  /** The bot has the conversation, in the epoch it was asked in. */
  readonly isOurs: boolean;
}

/** What to do with a call nobody works on. */
export type BackgroundDecision =
  | { readonly kind: "run" }
  /** It did not happen, and nobody waits for it any more. */
  | { readonly kind: "stand down" }
  /** It did not happen, and is not tried again. */
  | { readonly kind: "give up" }
  /** It may have happened: a person has to look. */
  | { readonly kind: "uncertain" };

/** A call that took this many processes with it takes no other one. */
const maxAttempts = 3;

/**
 * Decides about a call that waits, or whose process went away while it ran. Nothing begins, and nothing is repeated,
 * in a conversation the bot does not have any more.
 */
export function decideBackground(call: BackgroundFacts): BackgroundDecision {
  if (call.state === "waiting") return { kind: call.isOurs ? "run" : "stand down" };
  if (call.effect === "read") {
    if (!call.isOurs) return { kind: "stand down" };
    return { kind: call.attempts < maxAttempts ? "run" : "give up" };
  }
  const mayRepeat = call.repeatable && call.isOurs && call.attempts < maxAttempts;
  return { kind: mayRepeat ? "run" : "uncertain" };
}
