import type { Target } from "../../src/core/channel.ts";
import type { Envelope } from "../../src/core/envelope.ts";
import { isFields, textAt, type Fields } from "../kit/fields.ts";
import { isCode } from "./errors.ts";
import { parseMessage } from "./parse-message.ts";
import type { ChannelInfo, DiscordContext } from "./parse-context.ts";
import { compareIds } from "./snowflake.ts";
import type { DiscordWeb } from "./web.ts";

interface HistoryQuery {
  readonly after: string | undefined;
  readonly limit: number;
}

const pageSize = 100;
// A channel that was busy while we were away must not hold up everything else: the rest is for the next call.
const mostPages = 20;
const types = { text: 0, direct: 1, thread: 11 } as const;

/**
 * What people said in a place after `after` (a message id), oldest first, at most `limit`, read as if it had arrived
 * as events. Ours and other bots' messages are left out. Throws what the API throws: a rate limit is a TransientError
 * with `retryAfterMs`.
 */
export async function readDiscordHistory(
  web: DiscordWeb,
  target: Target,
  query: HistoryQuery,
  context: DiscordContext,
): Promise<Envelope[]> {
  const { space, thread, audience } = target.place;
  const isDirect = audience === "direct";
  const isThread = thread !== "" && !isDirect;
  const channel: ChannelInfo = {
    type: isDirect ? types.direct : isThread ? types.thread : types.text,
    parentId: isThread ? space : undefined,
    audience,
  };
  const found: Envelope[] = [];
  let { after } = query;
  for (let page = 0; page < mostPages && found.length < query.limit; page++) {
    const messages = await readPage(web, isThread ? thread : space, after);
    for (const message of messages) {
      const guild = isDirect ? {} : { guild_id: target.installation };
      const dispatch = { t: "MESSAGE_CREATE", d: { ...message, ...guild } };
      const parsed = parseMessage(dispatch, { ...context, channel });
      if (parsed.kind === "envelope") found.push(parsed.envelope);
    }
    if (messages.length < pageSize || after === undefined) break;
    after = textAt(messages.at(-1) ?? {}, "id");
  }
  // Without a starting point "the history" is what was said last.
  return query.after === undefined ? found.slice(-query.limit) : found.slice(0, query.limit);
}

/** Oldest first. A thread nobody opened has no messages. */
async function readPage(web: DiscordWeb, channel: string, after: string | undefined): Promise<Fields[]> {
  try {
    const answer = await web.call("GET", `/channels/${channel}/messages`, {
      doing: "read the history",
      query: { after, limit: String(pageSize) },
    });
    const messages = Array.isArray(answer) ? answer.filter(isFields) : [];
    return messages.toSorted((one, other) => compareIds(textAt(one, "id") ?? "", textAt(other, "id") ?? ""));
  } catch (cause) {
    if (isCode(cause, 10003)) return [];
    throw cause;
  }
}
