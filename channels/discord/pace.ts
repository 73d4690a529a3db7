import { createPacer, type Limit, type Pacer } from "../kit/pace.ts";

/**
 * `platform` keeps below Discord's usual limits before it says no; `off` sends at once, for measuring, and still
 * honours what Discord itself closes. Real buckets come with every answer and are honoured either way.
 */
export function createDiscordPacer(parts: {
  readonly pace: "platform" | "off";
  readonly now?: (() => number) | undefined;
}): Pacer {
  const limitOf = (route: string) => (parts.pace === "platform" ? limits[route] : undefined);
  return createPacer({ platform: "discord", limitOf, now: parts.now });
}

/** The name of the bucket all authorized calls share. */
export const everything = "everything";

/** Discord publishes only the global limit, 50 a second; the others are what its answers have long said. */
const limits: Readonly<Record<string, Limit>> = {
  [everything]: { everyMs: 1_000 / 45, burst: 40 },
  "POST /channels/:id/messages": { everyMs: 1_000, burst: 5 },
  "PATCH /channels/:id/messages/:id": { everyMs: 1_000, burst: 5 },
  "GET /guilds/:id/members": { everyMs: 1_000, burst: 5 },
  "PUT /channels/:id/messages/:id/reactions/:emoji/@me": { everyMs: 260, burst: 1 },
  "DELETE /channels/:id/messages/:id/reactions/:emoji/@me": { everyMs: 260, burst: 1 },
};
