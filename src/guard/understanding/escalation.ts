import type { Understanding } from "../../core/understanding.ts";

/** When a message is for people rather than for the bot. */
export interface EscalationLimits {
  readonly minConfidence: number;
  readonly minSentiment: number;
}

/** The limits of the seeds: confidence from 0.7 up is answered, sentiment from 0.3 up is calm. */
export const usualLimits: EscalationLimits = { minConfidence: 0.7, minSentiment: 0.3 };

export type EscalationReason = "asked for a human" | "complaint" | "sentiment" | "confidence";

/**
 * Why a message should go to people, or undefined. "confidence" is the weakest: whoever has an answer from the
 * company's knowledge, or can ask back, does that first.
 */
export function shouldEscalate(
  understood: Pick<Understanding, "handling" | "confidence" | "sentiment" | "conversationSentiment">,
  limits: EscalationLimits = usualLimits,
): EscalationReason | undefined {
  if (understood.handling === "human") return "asked for a human";
  if (understood.handling === "complaint") return "complaint";
  const lowest = Math.min(understood.sentiment, understood.conversationSentiment);
  if (lowest < limits.minSentiment) return "sentiment";
  return understood.confidence < limits.minConfidence ? "confidence" : undefined;
}
