import type { Target } from "../../src/core/channel.ts";
import type { Envelope } from "../../src/core/envelope.ts";
import { fieldsAt, listAt, textAt, type Fields } from "../kit/fields.ts";
import { isTimestamp, type SlackContext } from "./parse-context.ts";
import { parseMessage } from "./parse-message.ts";
import type { SlackWeb } from "./web.ts";

interface HistoryQuery {
  readonly after: string | undefined;
  readonly limit: number;
}

const pageSize = 200;
// A channel that was busy while we were away must not hold up everything else: the rest is for the next call.
const mostPages = 20;

/**
 * What people said in a place after `after` (a Slack ts), oldest first, at most `limit`, read as if it had arrived
 * as events. Ours and other bots' messages are left out. Throws what the Web API throws: a rate limit is a
 * TransientError with `retryAfterMs`.
 */
export async function readSlackHistory(
  web: SlackWeb,
  target: Target,
  query: HistoryQuery,
  context: SlackContext,
): Promise<Envelope[]> {
  const { space, thread } = target.place;
  const messages = thread === "" ? await readSpace(web, space, query) : await readThread(web, target, query);
  const envelopes = messages
    .filter((message) => isAfter(textAt(message, "ts"), query.after))
    .sort((one, other) => compare(textAt(one, "ts"), textAt(other, "ts")))
    .flatMap((message) => toEnvelopes(message, target, context));
  // Without a starting point "the history" is what was said last.
  return query.after === undefined ? envelopes.slice(-query.limit) : envelopes.slice(0, query.limit);
}

/** `conversations.replies` pages from the oldest on, the root on every page. */
async function readThread(web: SlackWeb, target: Target, query: HistoryQuery): Promise<readonly Fields[]> {
  const { space, thread } = target.place;
  const found = new Map<string, Fields>();
  await readPages(web, "conversations.replies", { channel: space, ts: thread, ...oldest(query) }, (page) => {
    for (const message of page) found.set(textAt(message, "ts") ?? "", message);
    return found.size <= query.limit * 2;
  });
  return [...found.values()];
}

/** `conversations.history` pages from the newest back, so the oldest wanted are on the last page. */
async function readSpace(web: SlackWeb, space: string, query: HistoryQuery): Promise<readonly Fields[]> {
  const found: Fields[] = [];
  await readPages(web, "conversations.history", { channel: space, ...oldest(query) }, (page) => {
    found.push(...page);
    return query.after !== undefined || found.length < query.limit;
  });
  return found;
}

function oldest({ after }: HistoryQuery): Fields {
  return { limit: pageSize, ...(after === undefined ? {} : { oldest: after, inclusive: false }) };
}

async function readPages(
  web: SlackWeb,
  method: string,
  args: Fields,
  take: (page: readonly Fields[]) => boolean,
): Promise<void> {
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await web.call(method, { ...args, cursor }, { doing: "read the history" });
    const goOn = take(listAt(answer, "messages"));
    cursor = textAt(fieldsAt(answer, "response_metadata"), "next_cursor");
    if (cursor === undefined || !goOn) return;
  }
}

function toEnvelopes(message: Fields, target: Target, context: SlackContext): readonly Envelope[] {
  const { space, audience } = target.place;
  const channelType = audience === "direct" ? "im" : audience === "group" ? "group" : "channel";
  // History gives the message alone; wrapped like an event it can be replayed like one.
  const body = { type: "event_callback", event: { ...message, channel: space, channel_type: channelType } };
  const origin = { body, space, channelType, shared: audience === "shared", mention: false };
  const parsed = parseMessage(message, origin, context);
  if (parsed.kind !== "envelope") return [];
  const replies = message["reply_count"];
  const { envelope } = parsed;
  return envelope.kind === "message" && typeof replies === "number" ? [{ ...envelope, replies }] : [envelope];
}

function isAfter(ts: string | undefined, after: string | undefined): boolean {
  return isTimestamp(ts) && (after === undefined || compare(ts, after) > 0);
}

/** Timestamps are text of seconds and a counter: compared as numbers by part, since a double loses the last digit. */
function compare(one = "", other = ""): number {
  const [oneSeconds = "0", oneCount = "0"] = one.split(".");
  const [otherSeconds = "0", otherCount = "0"] = other.split(".");
  return Number(oneSeconds) - Number(otherSeconds) || Number(oneCount) - Number(otherCount);
}
