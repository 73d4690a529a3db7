import { createHash } from "node:crypto";
import { z } from "zod";
import { PermanentError } from "../core/errors.ts";
import { isId, type ConversationId, type InstallationId, type MessageId } from "../core/ids.ts";
import type {
  LiveEvent,
  SaidItem,
  Transcript,
  TranscriptContent,
  TranscriptItem,
  WebThread,
} from "../core/transcript.ts";
import type { Database, Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { FastState } from "../store/fast-state.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { InstallationDirectory } from "../tenants/installations.ts";
import { openProfile } from "../tenants/web-sessions.ts";
import {
  addItem,
  changeItem,
  findItem,
  itemsBefore,
  itemsChangedAfter,
  itemsSaidAfter,
  type AddedRow,
  type ItemRow,
  type ThreadKey,
} from "./transcript-store.ts";
import { createWebFiles, type WebFiles } from "./web-files.ts";

/** The transcript, with what only the server needs of it. */
export interface TranscriptBook extends Transcript {
  /** Hears what is told in a thread, from any process. Gives back how to stop. */
  follow(thread: WebThread, listener: (event: LiveEvent) => void): Promise<() => void>;
  readonly files: WebFiles;
}

export interface TranscriptParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly installations: Pick<InstallationDirectory, "route">;
  readonly fast: FastState;
}

const contentPurpose = "web.message";
const livePurpose = "web.live";

const attachment = z.object({
  id: z.string(),
  name: z.string(),
  mimeType: z.string(),
  bytes: z.number(),
  handle: z.string(),
});
const contentOf = z.object({
  text: z.string(),
  citations: z
    .array(z.object({ title: z.string(), url: z.string().optional(), locator: z.string().optional() }))
    .optional(),
  buttons: z
    .array(
      z.object({
        action: z.string(),
        label: z.string(),
        value: z.string(),
        style: z.enum(["primary", "danger"]).optional(),
      }),
    )
    .optional(),
  suggestions: z.array(z.string()).optional(),
  attachments: z.array(attachment).optional(),
  feedback: z.string().optional(),
  rating: z.enum(["up", "down"]).optional(),
  reactions: z.array(z.string()).optional(),
  repliesTo: z.string().optional(),
});
const liveEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("changed") }),
  z.object({ kind: z.literal("token"), id: z.string(), from: z.number(), text: z.string() }),
  z.object({ kind: z.literal("typing") }),
]);
const bytea = z.string().transform((hex) => Buffer.from(hex.slice(2), "hex"));
const pageRow = z.object({
  id: z.string(),
  role: z.enum(["user", "assistant"]),
  state: z.enum(["streaming", "final", "deleted"]),
  content: bytea,
  position: z.number(),
  cursor: z.number(),
  edited: z.boolean(),
  created_at: z.coerce.date(),
});

/** The conversation a thread becomes; the same id the inbox gives it. */
export function conversationIdOf(installationId: InstallationId, thread: string): ConversationId {
  return deriveId<ConversationId>("conversation", installationId, thread, "");
}

/** What a visitor does in a thread, under the id they gave it; the same id the inbox gives it. */
export function messageIdOf(installationId: InstallationId, thread: string, externalId: string): MessageId {
  return deriveId<MessageId>("message", installationId, thread, externalId);
}

export function createTranscript({ database, sealer, installations, fast }: TranscriptParts): TranscriptBook {
  const files = createWebFiles({ database, sealer });

  async function keyOf({ site, thread }: WebThread): Promise<ThreadKey> {
    const route = isId(thread) ? await installations.route("web", site) : undefined;
    if (route === undefined)
      throw new PermanentError("web: there is no such thread", { code: "thread gone" });
    return { ...route, thread };
  }

  async function read<Row>(key: ThreadKey, query: Query): Promise<Row[]> {
    return database.statement<Row>(key.tenantId, query, { durable: false });
  }

  async function add(
    thread: WebThread,
    item: Parameters<Transcript["add"]>[1],
  ): ReturnType<Transcript["add"]> {
    const key = await keyOf(thread);
    const seal = await sealer.forTenant(key.tenantId);
    const json = JSON.stringify(item.content);
    const digest = createHash("sha256").update(item.role).update(json).digest();
    const query = addItem(key, { ...item, digest, content: seal.seal(contentPurpose, json) });
    for (;;) {
      const [row] = await database.statement<AddedRow>(key.tenantId, query);
      if (row?.thread !== true) throw new PermanentError("web: the thread is gone", { code: "thread gone" });
      if (row.added !== null) {
        await tell(thread, { kind: "changed" });
        return { kind: "added", cursor: row.added };
      }
      // Neither added nor known: it came while the thread was waited for, and is known at the next look.
      if (row.known === null) continue;
      return { kind: row.digest?.equals(digest) === true ? "known" : "conflict", cursor: row.known };
    }
  }

  async function change(
    thread: WebThread,
    id: string,
    { content, state, from, edited = false, at, durable }: Parameters<Transcript["change"]>[2],
  ): Promise<boolean> {
    const key = await keyOf(thread);
    const seal = await sealer.forTenant(key.tenantId);
    const sealed = seal.seal(contentPurpose, JSON.stringify(content));
    const query = changeItem(key, { id, from, state, content: sealed, edited, at });
    const rows = await database.statement(key.tenantId, query, { durable });
    if (rows.length > 0) await tell(thread, { kind: "changed" });
    return rows.length > 0;
  }

  async function items(key: ThreadKey, query: Query): Promise<TranscriptItem[]> {
    const seal = await sealer.forTenant(key.tenantId);
    return (await read<ItemRow>(key, query)).map((row) => toItem(row, seal));
  }

  async function before(
    thread: WebThread,
    position: number | undefined,
    limit: number,
  ): ReturnType<Transcript["before"]> {
    const key = await keyOf(thread);
    const seal = await sealer.forTenant(key.tenantId);
    const [page] = await read<{ last_cursor: number; items: unknown }>(
      key,
      itemsBefore(key, position, limit),
    );
    const rows = z.array(pageRow).parse(page?.items ?? []);
    return { items: rows.map((row) => toItem(row, seal)).toReversed(), cursor: page?.last_cursor ?? 0 };
  }

  async function saidAfter(
    thread: WebThread,
    id: string | undefined,
    limit: number,
  ): Promise<readonly SaidItem[]> {
    const key = await keyOf(thread);
    const seal = await sealer.forTenant(key.tenantId);
    const rows = await read<ItemRow & { visitor: string; profile: Buffer }>(
      key,
      itemsSaidAfter(key, id, limit),
    );
    return rows.map((row) => {
      const { name, locale } = openProfile(seal, row.profile);
      return { ...toItem(row, seal), visitor: { id: row.visitor, name, locale } };
    });
  }

  async function tell(thread: WebThread, event: LiveEvent): Promise<void> {
    const key = await keyOf(thread);
    const seal = await sealer.forTenant(key.tenantId);
    // What people read passes through Redis: sealed there like everywhere else.
    await fast.publish(topicOf(key), seal.seal(livePurpose, JSON.stringify(event)).toString("base64"));
  }

  async function follow(thread: WebThread, listener: (event: LiveEvent) => void): Promise<() => void> {
    const key = await keyOf(thread);
    const seal = await sealer.forTenant(key.tenantId);
    return fast.subscribe(topicOf(key), (message) => {
      const event = openEvent(seal, message);
      if (event !== undefined) listener(event);
    });
  }

  return {
    add,
    change,
    find: async (thread, id) => {
      const key = await keyOf(thread);
      return (await items(key, findItem(key, id)))[0];
    },
    changedAfter: async (thread, cursor, limit) => {
      const key = await keyOf(thread);
      return items(key, itemsChangedAfter(key, cursor, limit));
    },
    before,
    saidAfter,
    tell: (thread, event) => tell(thread, event).catch(() => {}), // who missed it reads the transcript
    readFile: async (thread, id) => {
      const key = await keyOf(thread);
      return (await files.read(key, id))?.bytes;
    },
    follow,
    files,
  };
}

function topicOf({ installationId, thread }: ThreadKey): string {
  return `web:${conversationIdOf(installationId, thread)}`;
}

function toItem({ content, created_at: at, ...row }: ItemRow, seal: TenantSeal): TranscriptItem {
  const opened: TranscriptContent = contentOf.parse(JSON.parse(seal.open(contentPurpose, content)));
  return { ...row, content: opened, at };
}

function openEvent(seal: TenantSeal, message: string): LiveEvent | undefined {
  try {
    return liveEvent.parse(JSON.parse(seal.open(livePurpose, Buffer.from(message, "base64"))));
  } catch {
    return undefined; // nothing of ours
  }
}
