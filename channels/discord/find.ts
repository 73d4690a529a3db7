import type { Found, Sought, Target } from "../../src/core/channel.ts";
import { PermanentError } from "../../src/core/errors.ts";
import { fileMark } from "../../src/core/reply.ts";
import { fieldsAt, isFields, listAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import type { Addresses } from "./address.ts";
import { isCode } from "./errors.ts";
import { toNonce } from "./attempt.ts";
import { toSnowflake } from "./snowflake.ts";
import type { DiscordWeb } from "./web.ts";

interface Search {
  readonly web: DiscordWeb;
  readonly addresses: Addresses;
  /** Our own user's id. */
  readonly self: () => Promise<string>;
}

/**
 * Looks for the message of a delivery in its thread, or in the room where there is none. Discord shows a message's
 * nonce to some and for a while, so one of ours that nobody accounts for is taken where no nonce is shown.
 */
export async function findDelivery(search: Search, target: Target, sought: Sought): Promise<Found> {
  const { space, thread, audience } = target.place;
  try {
    if (thread === "" || audience === "direct") return await findIn(search, space, { sought });
    const inThread = await findIn(search, thread, { sought }).catch((cause: unknown) => {
      if (isCode(cause, 10003, 50001)) return undefined;
      throw cause;
    });
    if (inThread !== undefined && inThread.kind !== "absent") return inThread;
    // Where no thread could be opened the answer stands in the room, as a reply to the first message.
    return search.addresses.known(target)?.reference === undefined && inThread !== undefined
      ? inThread
      : await findIn(search, space, { sought, answersTo: thread });
  } catch (cause) {
    if (isCode(cause, 10003)) return { kind: "absent" };
    // Without the right to read, nothing can be told; trying again will not change that.
    if (cause instanceof PermanentError) return { kind: "cannot tell" };
    throw cause;
  }
}

/** Discord's clock stamps the message, ours the search. */
const skewMs = 5_000;
const pageSize = 100;
const maxPages = 10;

async function findIn(
  { web, self }: Search,
  channel: string,
  { sought, answersTo }: { readonly sought: Sought; readonly answersTo?: string },
): Promise<Found> {
  const nonce = toNonce(sought.deliveryId);
  const us = await self();
  let after = toSnowflake(sought.since.getTime() - skewMs);
  let orphan: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const messages = await readPage(web, channel, after);
    const marked = messages.find((message) => textAt(message, "nonce") === nonce);
    if (marked !== undefined) return { kind: "found", ref: { id: idOf(marked) } };
    orphan ??= messages.find((message) => isOrphan(message, { us, sought, answersTo }))?.["id"] as
      string | undefined;
    if (messages.length < pageSize)
      return orphan === undefined ? { kind: "absent" } : { kind: "found", ref: { id: orphan } };
    after = idOf(messages.at(-1) ?? {});
  }
  return { kind: "cannot tell" };
}

/** Oldest first; Discord gives them the other way round. */
async function readPage(web: DiscordWeb, channel: string, after: string): Promise<Fields[]> {
  const answer = await web.call("GET", `/channels/${channel}/messages`, {
    doing: "look for a reply",
    query: { after, limit: String(pageSize) },
  });
  return Array.isArray(answer) ? answer.filter(isFields).toReversed() : [];
}

/** An ordinary message of ours, no notice and no echo of an interaction, that no other delivery knows. */
function isOrphan(
  message: Fields,
  { us, sought, answersTo }: { us: string; sought: Sought; answersTo: string | undefined },
): boolean {
  const type = numberAt(message, "type") ?? 0;
  const isEcho = isFields(message["interaction_metadata"]) || isFields(message["interaction"]);
  if (textAt(fieldsAt(message, "author"), "id") !== us || (type !== 0 && type !== 19) || isEcho) return false;
  if (textAt(message, "nonce") !== undefined || sought.known.includes(idOf(message))) return false;
  // A file is looked for among files, and among the lines that stand for one; words among what has none.
  const hasFile = listAt(message, "attachments").length > 0;
  const isLine = (textAt(message, "content") ?? "").startsWith(fileMark);
  if (sought.file === undefined ? hasFile : !hasFile && !isLine) return false;
  const reference = textAt(fieldsAt(message, "message_reference"), "message_id");
  return answersTo === undefined || reference === answersTo;
}

function idOf(message: Fields): string {
  return textAt(message, "id") ?? "";
}
