import { randomBytes, randomUUID } from "node:crypto";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";
import type { Nodes } from "mdast";
import { createWebChannel } from "../../../channels/web/index.ts";
import { renderReply } from "../../../channels/web/render.ts";
import type { WebSite } from "../../../channels/web/settings.ts";
import type { Channel, Target } from "../../../src/core/channel.ts";
import { PermanentError, TransientError, UncertainError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Reply } from "../../../src/core/reply.ts";
import type { Transcript, TranscriptContent } from "../../../src/core/transcript.ts";
import { createWebDoor, type WebDoor } from "../../../src/core/web-door.ts";
import { createTranscript, type TranscriptBook } from "../../../src/inbox/transcript.ts";
import { createDatabase, type Database } from "../../../src/store/database.ts";
import { createMemoryFastState } from "../../../src/store/memory-fast-state.ts";
import { createSealer } from "../../../src/store/seal.ts";
import { createCompanies, dataKeysIn } from "../../../src/tenants/companies.ts";
import { createInstallations } from "../../../src/tenants/installations.ts";
import { createWebSessions, type WebSessions } from "../../../src/tenants/web-sessions.ts";
import { createFileShelf } from "../../contract/channel/file-shelf.ts";
import { readMarkdown } from "../../contract/channel/read-markdown.ts";
import type { ChannelStage, Shown, StageFault } from "../../contract/channel/subject.ts";
import { createTestDatabase } from "../../support/postgres.ts";

const site: WebSite = {
  key: "acme-web",
  name: "Acme",
  origins: ["https://acme.example"],
  userTokenSecret: undefined,
  allowApps: false,
};

/** The rooms below the web channel, on a database of their own, with the site installed. */
export interface WebGround {
  readonly database: Database;
  readonly book: TranscriptBook;
  readonly sessions: WebSessions;
  readonly site: WebSite;
  /** A thread of a new visitor. */
  begin(): Promise<{ readonly thread: string; readonly visitor: string }>;
  /** The channel on this ground, or on a transcript in between. */
  channel(transcript?: Transcript): { readonly channel: Channel; readonly door: WebDoor };
  stop(): Promise<void>;
}

export async function openGround(): Promise<WebGround> {
  const testDatabase = await createTestDatabase();
  const database = createDatabase({ url: testDatabase.url, poolSize: 4, log: silentLog });
  const fast = createMemoryFastState();
  const sealer = createSealer({ masterKey: randomBytes(32), ...dataKeysIn(database) });
  const persona = { slug: "acme", name: "Acme", tier: "pro", persona: "" } as const;
  const tenantId = await createCompanies({ database, fast }).ensure(persona);
  const installations = createInstallations({
    database,
    sealer,
    fast,
    ownerOf: () => tenantId,
    log: silentLog,
  });
  const book = createTranscript({ database, sealer, installations, fast });
  const sessions = createWebSessions({ database, sealer });
  const channel: WebGround["channel"] = (transcript = book) => {
    const door = createWebDoor();
    const parts = { settings: { sites: [site] }, transcript, door, log: silentLog };
    return { channel: createWebChannel({ ...parts, installations: installations.forChannel("web") }), door };
  };
  const first = channel().channel;
  await first.start(async () => ({ kind: "accepted" }));
  await first.stop();
  const route = await installations.route("web", site.key);
  if (route === undefined) throw new Error("the site is not installed");
  return {
    database,
    book,
    sessions,
    site,
    begin: async () => {
      const visitor = `visitor:${randomUUID()}`;
      const profile = { name: "Ana", locale: "pt-BR" };
      return { thread: await sessions.beginThread(route, { id: visitor, profile }), visitor };
    },
    channel,
    stop: async () => {
      await database.stop();
      await testDatabase.drop();
    },
  };
}

/** A reply as a careless page would show it: its markdown read with HTML alive. */
export function shownByWeb(reply: Reply): Shown {
  return shownContent(renderReply(reply));
}

function shownContent({ text, citations = [], buttons = [], suggestions = [] }: TranscriptContent): Shown {
  const body = readMarkdown(text);
  const beneath = [
    ...citations.map(({ title, locator = "" }) => `${title} ${locator}`),
    ...buttons.map(({ label }) => label),
    ...suggestions,
  ];
  const links = citations.flatMap(({ title, url }) => (url === undefined ? [] : [{ label: title, url }]));
  return {
    text: `${body.text}\n${beneath.join("\n")}`,
    links: [...body.links, ...links],
    alive: htmlIn(careless.parse(text)),
  };
}

const careless = unified().use(remarkParse).use(remarkGfm).freeze();

function htmlIn(node: Nodes): string[] {
  if (node.type === "html") return [node.value];
  return "children" in node ? node.children.flatMap((child) => htmlIn(child)) : [];
}

/** The channel on real rooms, with a database that may fail under it. */
export async function startWebStage(ground: WebGround): Promise<ChannelStage> {
  const faults: StageFault[] = [];
  const shelf = createFileShelf();
  const troubled: Transcript = {
    ...ground.book,
    add: (thread, item) => withFault(faults, "create", () => ground.book.add(thread, item)),
    change: (thread, id, change) => withFault(faults, "edit", () => ground.book.change(thread, id, change)),
  };
  const { channel, door } = ground.channel(troubled);
  const { thread, visitor } = await ground.begin();
  return {
    channel,
    ask: async () => {
      const { thread: space, visitor: recipient } = await ground.begin();
      const place = { space, thread: "", audience: "direct" } as const;
      return { installation: site.key, place, recipient } satisfies Target;
    },
    standing: async ({ place }) => {
      const { items } = await ground.book.before({ site: site.key, thread: place.space }, undefined, 100);
      return items.map(({ id, state, content }) => ({
        id,
        isOpen: state === "streaming",
        reactions: 0,
        ...shownContent(content),
      }));
    },
    attached: async ({ place }) => {
      const { items } = await ground.book.before({ site: site.key, thread: place.space }, undefined, 100);
      const attached = items.flatMap(({ content }) => content.attachments ?? []);
      return Promise.all(
        attached.map(async ({ id, name }) => ({
          name,
          content: (await shelf.open(id))?.content ?? Buffer.alloc(0),
        })),
      );
    },
    shelf,
    whispers: async () => [],
    fail: (fault) => void faults.push({ ...fault }),
    say: async (text) => {
      const act = { kind: "message", id: randomUUID(), text } as const;
      const event = { site: site.key, thread, visitor: { id: visitor }, act, correlationId: "contract" };
      await door.take({ ...event, at: new Date().toISOString() });
    },
    botSays: async () => {}, // no bot visits a site
    stop: () => channel.stop(),
  };
}

async function withFault<T>(
  faults: StageFault[],
  call: StageFault["call"],
  act: () => Promise<T>,
): Promise<T> {
  const at = faults.findIndex((fault) => fault.call === call || (call === "create" && fault.call === "file"));
  const fault = faults[at];
  if (fault === undefined) return act();
  faults.splice(at, 1, ...(fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []));
  switch (fault.how) {
    case "refused":
      throw new PermanentError("refused", { code: "thread gone" });
    case "limited":
      throw new TransientError("limited", { retryAfterMs: 10 });
    case "cut after":
      await act();
      throw new UncertainError("cut");
    case "cut before":
      throw new UncertainError("cut");
    default:
      throw new Error(`unknown fault: ${String(fault.how satisfies never)}`);
  }
}
