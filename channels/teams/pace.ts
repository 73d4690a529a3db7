import { createPacer, type Limit, type Pacer } from "../kit/pace.ts";

/**
 * `platform` keeps to the limits Microsoft publishes for a bot in one conversation; `off` sends at once, for
 * measuring, and still honours what Teams itself closes.
 */
export function createTeamsPacer(parts: {
  readonly pace: "platform" | "off";
  readonly now?: (() => number) | undefined;
}): Pacer {
  const limitOf = (method: string) => (parts.pace === "platform" ? limits[method] : undefined);
  return createPacer({ platform: "teams", limitOf, now: parts.now });
}

/** Under 7 calls in a second, 8 in two and 60 in thirty at once (learn.microsoft.com: bots/how-to/rate-limit). */
const perConversation: Limit = { everyMs: 540, burst: 4 };

/** Under 14 calls in a second, 16 in two and 120 in thirty. */
const asking: Limit = { everyMs: 270, burst: 8 };

const limits: Readonly<Record<string, Limit>> = {
  create: perConversation,
  update: perConversation,
  remove: perConversation,
  open: perConversation,
  typing: perConversation,
  members: asking,
  // One request a second, streams of answers included.
  stream: { everyMs: 1_050, burst: 1 },
};
