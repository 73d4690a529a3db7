import { LRUCache } from "lru-cache";
import type { OpenTicket } from "../../src/core/channel.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { fieldsAt, textAt, type Fields } from "../kit/fields.ts";
import type { Pacer } from "../kit/pace.ts";
import type { Transport } from "../kit/transport.ts";
import { createConnector, requireId, type CallOptions } from "./connector.ts";
import { ticketIn, toInfoActivity } from "./files.ts";
import { isFileHost, parseServiceUrl } from "./hosts.ts";
import type { OutgoingActivity } from "./render.ts";
import type { TeamsSettings } from "./settings.ts";
import type { TeamsTokens } from "./tokens.ts";

interface ConsentParts {
  readonly settings: Pick<TeamsSettings, "serviceHosts">;
  readonly tokens: TeamsTokens;
  readonly transport: Transport;
  readonly pacer: Pacer;
  /** Gives the bytes a consent card stands for. */
  readonly openTicket: OpenTicket;
  readonly log: Log;
}

/** Does what a person's answer to a consent card asks for. May be repeated. Rejects when it could not be done. */
export type AnswerConsent = (activity: Fields, correlationId: string) => Promise<void>;

/** True for the answer to a consent card. */
export function isConsent(activity: Fields): boolean {
  return textAt(activity, "type") === "invoke" && textAt(activity, "name") === "fileConsent/invoke";
}

/** Teams waits fifteen seconds for an answer and then asks again. */
const uploadTimeoutMs = 12_000;
const remembered = 1_000;

/**
 * Puts a file the person wants into their OneDrive, and what became of it in the place of the card: that edit may be
 * repeated, so an answer that Teams delivers twice shows once.
 */
export function createAnswerConsent(parts: ConsentParts): AnswerConsent {
  const { settings, transport, openTicket, log } = parts;
  const hosts = settings.serviceHosts;
  const answered = new LRUCache<string, Promise<void>>({ max: remembered });

  /** What Teams delivers again while it is under way, or after, is the same answer. */
  function once(activity: Fields, correlationId: string): Promise<void> {
    const key = `${textAt(fieldsAt(activity, "conversation"), "id") ?? ""} ${textAt(activity, "id") ?? ""}`;
    const known = answered.get(key);
    if (known !== undefined) return known;
    const answering = answer(activity, correlationId).catch((cause: unknown) => {
      answered.delete(key);
      throw cause;
    });
    answered.set(key, answering);
    return answering;
  }

  async function answer(activity: Fields, correlationId: string): Promise<void> {
    const value = fieldsAt(activity, "value");
    const ticket = ticketIn(fieldsAt(value, "context"));
    if (ticket === undefined) return log.warn({ correlationId }, "teams consent to a file that is not ours");
    if (textAt(value, "action") !== "accept") return replaceCard(activity, toLine(declinedLine));
    const file = await openTicket(ticket);
    if (file === undefined) return replaceCard(activity, toLine(goneLine));
    const info = fieldsAt(value, "uploadInfo");
    await upload(textAt(info, "uploadUrl"), file.content);
    const card = toInfoActivity({
      name: textAt(info, "name") ?? file.name,
      contentUrl: textAt(info, "contentUrl") ?? "",
      uniqueId: textAt(info, "uniqueId") ?? "",
      fileType: textAt(info, "fileType") ?? "",
    });
    await replaceCard(activity, card);
  }

  async function upload(address: string | undefined, content: Buffer): Promise<void> {
    const url = URL.parse(address ?? "");
    if (url === null || url.username !== "" || !isFileHost(url, hosts))
      throw new PermanentError("teams: upload a file: the address is not Microsoft's", { code: "file_host" });
    const { status } = await transport({
      method: "PUT",
      url,
      headers: {
        "content-type": "application/octet-stream",
        "content-range": `bytes 0-${content.length - 1}/${content.length}`,
      },
      body: content,
      timeoutMs: uploadTimeoutMs,
    });
    // Refused as not the next part: an earlier try brought it all.
    if ((status >= 200 && status < 300) || status === 409 || status === 416) return;
    throw new TransientError(`teams: upload a file: HTTP ${status}`, { code: `http_${status}` });
  }

  async function replaceCard(activity: Fields, content: OutgoingActivity): Promise<void> {
    const conversation = textAt(fieldsAt(activity, "conversation"), "id") ?? "";
    const card = textAt(activity, "replyToId");
    const tenant = fieldsAt(fieldsAt(activity, "channelData"), "tenant");
    const serviceUrl = parseServiceUrl(textAt(activity, "serviceUrl") ?? "", hosts);
    if (serviceUrl === undefined || conversation === "")
      throw new PermanentError("teams: replace a card: the activity names no conversation", {
        code: "service_host",
      });
    const connector = createConnector({ ...parts, serviceUrl, installation: textAt(tenant, "id") ?? "" });
    const doing = "replace a consent card";
    const options: CallOptions = { doing, limit: "update", creates: false };
    try {
      if (card !== undefined) return await connector.update(conversation, card, content, options);
    } catch (cause) {
      if (!(cause instanceof PermanentError)) throw cause;
      log.info({ code: cause.code }, "teams keeps a consent card, the file follows it");
    }
    const creating: CallOptions = { doing, limit: "create", creates: true };
    requireId(await connector.create(conversation, content, creating), doing);
  }

  return once;
}

const declinedLine = "_The file was not sent: you declined it._";
const goneLine = "_This file is not kept any more. Ask me for it again._";

function toLine(text: string): OutgoingActivity {
  return { type: "message", text, textFormat: "markdown", attachments: [] };
}
