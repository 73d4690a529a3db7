import { randomUUID } from "node:crypto";
import type { Channel, Installations, Target } from "../../src/core/channel.ts";
import type { Accept, Accepted, Attachment, Envelope } from "../../src/core/envelope.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Transcript } from "../../src/core/transcript.ts";
import type { VisitorEvent, WebDoor } from "../../src/core/web-door.ts";
import { parseWeb } from "./parse.ts";
import { createWebSender, threadOf } from "./send.ts";
import type { WebSettings } from "./settings.ts";

interface WebChannelParts {
  readonly settings: WebSettings;
  readonly installations: Installations;
  readonly transcript: Transcript;
  readonly door: WebDoor;
  readonly log: Log;
}

/**
 * The web: visitors come through the server's door, answers go into the transcript, from which every process that
 * holds a visitor's connection reads.
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

  /** What was kept in the transcript and not taken in: its process ended between the two. */
  async function history(
    target: Target,
    { after, limit }: { readonly after: string | undefined; readonly limit: number },
  ): Promise<Envelope[]> {
    const thread = threadOf(target);
    const said = await transcript.saidAfter(thread, after, limit);
    return said.flatMap(({ id, content, visitor, at }) => {
      const { text, attachments, repliesTo } = content;
      const act = { kind: "message", id, text, attachments, repliesTo } as const;
      const event = { ...thread, visitor, act, at: at.toISOString(), correlationId: randomUUID() };
      const parsed = parseWeb(event);
      return parsed.kind === "envelope" ? [parsed.envelope] : [];
    });
  }

  async function fetchAttachment(
    installation: string,
    { handle }: Attachment,
    maxBytes: number,
  ): Promise<Buffer> {
    const [thread = "", id = ""] = handle.split("/");
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
    routes: [], // visitors come through the server's own endpoints, which hold their connections
    start,
    ...createWebSender({ transcript }),
    history,
    fetchAttachment,
    stop: async () => door.close(),
  };
}
