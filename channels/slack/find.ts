import type { Found, Sought, Target } from "../../src/core/channel.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { ReplyFile } from "../../src/core/reply.ts";
import { fileIn, hasFiles } from "./files.ts";
import { deliveryIdOf, isCode } from "./messages.ts";
import type { SlackAnswer, SlackWeb } from "./web.ts";

/** Who we are in a workspace. */
export interface SlackSelf {
  readonly userId: string | undefined;
  readonly botId: string | undefined;
}

/**
 * Looks for the message of a delivery in its thread, or in the conversation where there is none.
 * A stream carries its delivery's id only once it has ended, so for a streamed one a message of ours that
 * nobody accounts for is taken. Throws TransientError, with `retryAfterMs` when Slack says to wait.
 */
export async function findDelivery(
  web: SlackWeb,
  target: Target,
  { sought, self }: { readonly sought: Sought; readonly self: () => Promise<SlackSelf> },
): Promise<Found> {
  try {
    const { messages, isComplete } = await readSince(web, target, sought.since);
    const marked = messages.find((message) => deliveryIdOf(message) === sought.deliveryId);
    if (marked !== undefined) return { kind: "found", ref: { id: tsOf(marked) } };
    const shared =
      sought.file === undefined ? undefined : findFile(messages, sought.file, sought, await self());
    if (shared !== undefined) return { kind: "found", ref: { id: shared } };
    const streamed = sought.streamed ? findOrphan(messages, sought, await self()) : undefined;
    if (streamed !== undefined) return { kind: "found", ref: { id: tsOf(streamed) } };
    return { kind: isComplete ? "absent" : "cannot tell" };
  } catch (cause) {
    if (isCode(cause, "thread_not_found")) return { kind: "absent" };
    // Without the right to read, nothing can be told; trying again will not change that.
    if (cause instanceof PermanentError) return { kind: "cannot tell" };
    throw cause;
  }
}

/** Slack's clock stamps the message, ours the search. */
const skewMs = 5_000;
const pageSize = 200;
const maxPages = 10;

async function readSince(
  web: SlackWeb,
  { place }: Target,
  since: Date,
): Promise<{ messages: readonly SlackAnswer[]; isComplete: boolean }> {
  const method = place.thread === "" ? "conversations.history" : "conversations.replies";
  const args = {
    channel: place.space,
    ts: place.thread || undefined,
    oldest: ((since.getTime() - skewMs) / 1000).toFixed(6),
    inclusive: true,
    include_all_metadata: true,
    limit: pageSize,
  };
  const messages: SlackAnswer[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const answer = await web.call(method, { ...args, cursor }, { doing: "look for a reply" });
    messages.push(...recordsIn(answer["messages"]));
    cursor = cursorOf(answer);
    if (cursor === undefined) return { messages, isComplete: true };
  }
  return { messages, isComplete: false };
}

/** The message of a shared file carries no mark of ours, but the file itself is known by its name and size. */
function findFile(
  messages: readonly SlackAnswer[],
  file: ReplyFile,
  { known }: Sought,
  self: SlackSelf,
): string | undefined {
  const ids = messages
    .filter((message) => isOurs(message, self))
    .map((message) => fileIn(message, file, known));
  return ids.find((id) => id !== undefined);
}

/** The oldest one: what was being streamed began before whatever came after it. */
function findOrphan(
  messages: readonly SlackAnswer[],
  sought: Sought,
  self: SlackSelf,
): SlackAnswer | undefined {
  const earliest = (sought.since.getTime() - skewMs) / 1000;
  return messages
    .filter((message) => Number(tsOf(message)) >= earliest)
    .filter((message) => isOurs(message, self) && deliveryIdOf(message) === undefined && !hasFiles(message))
    .filter((message) => !sought.known.includes(tsOf(message)))
    .toSorted((a, b) => (tsOf(a) < tsOf(b) ? -1 : 1))[0];
}

function isOurs(message: SlackAnswer, self: SlackSelf): boolean {
  const { bot_id: botId, user } = message;
  return (botId !== undefined && botId === self.botId) || (user !== undefined && user === self.userId);
}

function tsOf(message: SlackAnswer): string {
  const { ts } = message;
  return typeof ts === "string" ? ts : "";
}

function cursorOf(answer: SlackAnswer): string | undefined {
  const metadata = answer["response_metadata"];
  const cursor = isRecord(metadata) ? metadata["next_cursor"] : undefined;
  return typeof cursor === "string" && cursor !== "" ? cursor : undefined;
}

function recordsIn(value: unknown): SlackAnswer[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is SlackAnswer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
