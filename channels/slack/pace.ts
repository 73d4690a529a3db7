import { createPacer, type Limit, type Pacer } from "../kit/pace.ts";

/**
 * `platform` keeps to the limits Slack publishes; `off` sends at once, for measuring,
 * and still honours what Slack itself closes.
 */
export function createSlackPacer(parts: {
  readonly pace: "platform" | "off";
  readonly now?: (() => number) | undefined;
}): Pacer {
  const limitOf = (method: string) => (parts.pace === "platform" ? (limits[method] ?? tier3) : undefined);
  return createPacer({ platform: "slack", limitOf, now: parts.now });
}

const perMinute = (calls: number, burst: number): Limit => ({ everyMs: 60_000 / calls, burst });

/** Slack's tiers, calls a minute (docs.slack.dev/apis/web-api/rate-limits); bursts are tolerated but not promised. */
const tier2 = perMinute(20, 10);
const tier3 = perMinute(50, 10);
const tier4 = perMinute(100, 20);

const limits: Readonly<Record<string, Limit>> = {
  // "1 per second per channel, short bursts allowed".
  "chat.postMessage": { everyMs: 1_000, burst: 4 },
  "chat.postEphemeral": tier4,
  "chat.update": tier3,
  "chat.delete": tier3,
  // Tier 2 by the documentation, but counted here for each channel, where a person waits for the answer.
  "chat.startStream": tier2,
  "chat.appendStream": tier4,
  "chat.stopStream": tier2,
  "reactions.add": tier3,
  "reactions.remove": tier2,
  "conversations.replies": tier3,
  "conversations.history": tier3,
  "conversations.info": tier3,
  "conversations.open": tier3,
  "conversations.members": tier4,
  "usergroups.users.list": tier2,
  "users.info": tier4,
  "users.list": tier2,
  "auth.test": perMinute(600, 100),
  "files.getUploadURLExternal": tier4,
  "files.completeUploadExternal": tier4,
  "files.delete": tier3,
  "assistant.threads.setStatus": perMinute(600, 20),
  "views.publish": tier4,
  "views.open": tier4,
};
