import type { ChannelName } from "./envelope.ts";

export const answerModes = ["off", "suggest", "draft_only", "auto"] as const;

/**
 * Who answers. `off`: colleagues alone. `suggest`: colleagues, and Baton writes a reply for each question that only they
 * see. `draft_only`: Baton, once a colleague lets the answer out. `auto`: Baton.
 */
export type AnswerMode = (typeof answerModes)[number];

/** Who answers what, as a company's file says it. */
export interface AnswerRule {
  readonly mode?: AnswerMode | undefined;
  /** On these channels; on all of them when left out. */
  readonly channels?: readonly ChannelName[] | undefined;
  /** To messages with one of these intents; to all of them when left out. */
  readonly intents?: readonly string[] | undefined;
}

/** Answers wait for a colleague where a rule says nothing of who gives them. */
export function modeOf({ mode = "draft_only" }: AnswerRule): AnswerMode {
  return mode;
}
