import { randomUUID } from "node:crypto";
import type { Attempt, Channel, Installations, MessageRef, Target } from "../../src/core/channel.ts";
import type { Accept, Accepted, Attachment, Envelope } from "../../src/core/envelope.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Transcript, WebThread } from "../../src/core/transcript.ts";
import type { VisitorEvent, WebDoor } from "../../src/core/web-door.ts";
import { parseWeb } from "./parse.ts";
import { renderReply, splitForWeb } from "./render.ts";
import type { WebSettings } from "./settings.ts";
import { openStream, showEveryMs } from "./stream.ts";

interface WebChannelParts {
  readonly settings: WebSettings;
  readonly installations: Installations;
  readonly transcript: Transcript;
  readonly door: WebDoor;
  readonly log: Log;
}

/**
 * The web: visitors come through the server's door, answers go into the transcript, from which every process that
 * holds a visitor's connection reads. Nothing is ever unsure here: a delivery's id is its message's primary key.
 */
export function createWebChannel({
  settings,
  installations,
  transcript,
  door,
  log,
}: WebChannelParts): Channel {
  async function start(accept: Accept): Promise<void> {
    await installSites();
    door.open((event) => take(accept, event));
  }

  /** The settings are the truth about sites: what they no longer name lets nobody in. */
  async function installSites(): Promise<void> {
    const keys = new Set(settings.sites.map(({ key }) => key));
    for (const { externalId } of await installations.list())
      if (!keys.has(externalId)) await installations.remove(externalId);
    for (const { key, name, origins, userTokenSecret, allowApps } of settings.sites) {
      const credentials = { origins, allowApps, ...(userTokenSecret !== undefined && { userTokenSecret }) };
      await installations.save({ externalId: key, name, credentials });
    }
  }

  async function take(accept: Accept, event: VisitorEvent): Promise<Accepted> {
    const parsed = parseWeb(event);
    if (parsed.kind === "envelope") return accept(parsed.envelope);
    log.warn({ channel: "web", correlationId: event.correlationId, reason: parsed.reason }, "act ignored");
    return parsed;
  }

  async function send(target: Target, reply: Reply, attempt: Attempt): Promise<MessageRef> {
    attempt.signal.throwIfAborted();
    attempt.checkpoint();
    const id = attempt.deliveryId;
    const content = renderReply(reply);
    await transcript.add(threadOf(target), { id, role: "assistant", state: "final", content });
    return { id };
  }

  async function update(target: Target, { id }: MessageRef, reply: Reply, attempt: Attempt): Promise<void> {
    attempt.checkpoint();
    const content = renderReply(reply);
    const from = ["streaming", "final"] as const;
    if (await transcript.change(threadOf(target), id, { content, state: "final", from })) return;
    throw new PermanentError("web: update a reply: it is not there", { code: "message not found" });
  }

  async function endStream(
    target: Target,
    { id }: MessageRef,
    line: string,
    attempt: Attempt,
  ): Promise<void> {
    const thread = threadOf(target);
    const item = await transcript.find(thread, id);
    if (item?.state !== "streaming") return;
    attempt.checkpoint();
    const { text } = item.content;
    const content = { text: text === "" ? line : `${text}…\n\n${line}` };
    await transcript.change(thread, id, { content, state: "final", from: ["streaming"] });
  }

  async function remove(target: Target, { id }: MessageRef, attempt: Attempt): Promise<void> {
    attempt.checkpoint();
    const from = ["streaming", "final"] as const;
    await transcript.change(threadOf(target), id, { content: { text: "" }, state: "deleted", from });
  }

  async function history(
    target: Target,
    { after, limit }: { readonly after: string | undefined; readonly limit: number },
  ): Promise<Envelope[]> {
    const thread = threadOf(target);
    const said = await transcript.saidAfter(thread, after, limit);
    return said.flatMap(({ id, content, visitor, at }) => {
      const act = { kind: "message", id, text: content.text, attachments: content.attachments } as const;
      const event = { ...thread, visitor, act, at: at.toISOString(), correlationId: randomUUID() };
      const parsed = parseWeb(event);
      return parsed.kind === "envelope" ? [parsed.envelope] : [];
    });
  }

  async function fetchAttachment(
    installation: string,
    attachment: Attachment,
    maxBytes: number,
  ): Promise<Buffer> {
    const [thread = "", id = ""] = attachment.handle.split("/");
    const bytes = await transcript.readFile({ site: installation, thread }, id);
    if (bytes === undefined) throw new PermanentError("web: fetch a file: it is gone", { code: "file gone" });
    if (bytes.length > maxBytes) {
      throw new PermanentError(`web: fetch a file: it is larger than ${maxBytes} bytes`, {
        code: "file too large",
      });
    }
    return bytes;
  }

  return {
    name: "web",
    capabilities,
    routes: [], // visitors come through the server's own endpoints, which hold their connections
    start,
    split: splitForWeb,
    send,
    update,
    endStream,
    remove,
    stream: (target, text, attempt) => openStream({ transcript, thread: threadOf(target), attempt }, text),
    react: async () => {},
    typing: (target) => transcript.tell(threadOf(target), { kind: "typing" }),
    find: async (target, { deliveryId }) => {
      const item = await transcript.find(threadOf(target), deliveryId);
      return item === undefined ? { kind: "absent" } : { kind: "found", ref: { id: item.id } };
    },
    history,
    fetchAttachment,
    stop: async () => door.close(),
  };
}

const capabilities: Channel["capabilities"] = {
  streaming: true,
  streamIntervalMs: showEveryMs,
  streamMaxAgeMs: Number.POSITIVE_INFINITY,
  reactions: false,
  typing: true,
  ephemeral: false,
  reconciles: true,
};

function threadOf({ installation, place }: Target): WebThread {
  return { site: installation, thread: place.space };
}
