import type { Target } from "../../src/core/channel.ts";
import type { Envelope } from "../../src/core/envelope.ts";
import { fieldsAt, isFields, textAt, type Fields } from "../kit/fields.ts";
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
  // Without a starting point "the history" is what was said last.
  const isLast = query.after === undefined;
  let found: Envelope[] = [];
  let mark: Mark = { after: query.after };
  for (let page = 0; page < mostPages && found.length < query.limit; page++) {
    const messages = await readPage(web, isThread ? thread : space, mark);
    const said = messages.flatMap((message) => {
      const guild = isDirect ? {} : { guild_id: target.installation };
      const parsed = parseMessage(
        { t: "MESSAGE_CREATE", d: { ...message, ...guild } },
        { ...context, channel },
      );
      return parsed.kind === "envelope" ? [withReplies(parsed.envelope, message)] : [];
    });
    found = isLast ? [...said, ...found] : [...found, ...said];
    if (messages.length < pageSize) break;
    const edge = textAt((isLast ? messages[0] : messages.at(-1)) ?? {}, "id");
    mark = isLast ? { before: edge } : { after: edge };
  }
  return isLast ? found.slice(-query.limit) : found.slice(0, query.limit);
}

/** A thread that hangs on a message tells how many stand in it. */
function withReplies(envelope: Envelope, message: Fields): Envelope {
  const replies = fieldsAt(message, "thread")["message_count"];
  return envelope.kind === "message" && typeof replies === "number" ? { ...envelope, replies } : envelope;
}

interface Mark {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** Oldest first. A thread nobody opened has no messages. */
async function readPage(web: DiscordWeb, channel: string, { after, before }: Mark): Promise<Fields[]> {
  try {
    const answer = await web.call("GET", `/channels/${channel}/messages`, {
      doing: "read the history",
      query: { after, before, limit: String(pageSize) },
    });
    const messages = Array.isArray(answer) ? answer.filter(isFields) : [];
    return messages.toSorted((one, other) => compareIds(textAt(one, "id") ?? "", textAt(other, "id") ?? ""));
  } catch (cause) {
    if (isCode(cause, 10003)) return [];
    throw cause;
  }
}
