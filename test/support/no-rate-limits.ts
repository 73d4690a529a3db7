/** The environment of a house in which the same few people, behind one address, ask hundreds of questions. */
export const noRateLimits = {
  AI_RATE_LIMIT_PER_MINUTE: "100000",
  AI_RATE_LIMIT_BURST: "100000",
  AI_RATE_LIMIT_PER_HOUR: "0",
  AI_RATE_LIMIT_PER_DAY: "0",
  AI_RATE_LIMIT_PER_COMPANY: "0",
  AI_RATE_LIMIT_PER_ADDRESS: "0",
  // Nor are they handed over because their talk grows long.
  AI_CONVERSATION_OFFER_AT: "0",
} as const;
