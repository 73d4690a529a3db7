import { randomUUID } from "node:crypto";
import type { Channel } from "../../core/channel.ts";
import type { Attachment, ChannelName } from "../../core/envelope.ts";
import { PermanentError } from "../../core/errors.ts";
import { toFileName } from "../../core/file-name.ts";
import type { ConversationId, TenantId, TurnId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import { plainText } from "../../core/plain-text.ts";
import type { ReplyFile } from "../../core/reply.ts";
import { tryOpenContent } from "../../inbox/message-content.ts";
import { defaultFileLimits, type ReplyFiles } from "../../outbox/reply-files.ts";
import type { Database, Sql } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { Sealer, TenantSeal } from "../../store/seal.ts";
import { toNotice } from "../notice.ts";
import type { ApprovalNews } from "../pressed.ts";
import { findFilesDue, putOffFile, settleFile, takeFile, type CarriedRow } from "./room-file-store.ts";
import { channelOf, lockRoom } from "./room-store.ts";
import { sayInRoom, type Split } from "./say-in-room.ts";

/** Carries files between people and colleagues: fetched where they were attached, sent on the other side as files. */
export interface RoomFiles {
  /** One look. Resolves with how many were due. */
  sweep(): Promise<number>;
}

export interface RoomFilesParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly files: Pick<ReplyFiles, "of" | "ofTurn">;
  readonly channels: ReadonlyMap<ChannelName, Pick<Channel, "fetchAttachment">>;
  readonly split: Split;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const dueAtOnce = 20;
/** Longer than a file takes to be fetched and kept. */
const holdMs = 60_000;
const againMs = 10_000;
const soonMs = 1_000;
const mostTries = 5;

export function createRoomFiles(parts: RoomFilesParts): RoomFiles {
  const { database, sealer, files, channels, split, onNews, log } = parts;

  async function sweep(): Promise<number> {
    const due = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId; id: string }>(findFilesDue(dueAtOnce)),
    );
    await Promise.all(due.map(({ company_id: tenantId, id }) => carryOne(tenantId, id)));
    return due.length;
  }

  async function carryOne(tenantId: TenantId, id: string): Promise<void> {
    const [row] = await database.statement<CarriedRow>(tenantId, takeFile(tenantId, id, holdMs));
    if (row === undefined) return;
    if (row.reply_state === "held")
      return void (await database.statement(tenantId, putOffFile(tenantId, id, soonMs)));
    if (row.reply_state === "undone" || row.reply_state === "failed")
      return void (await database.statement(tenantId, settleFile(tenantId, id, "dropped")));
    const seal = await sealer.forTenant(tenantId);
    const [attachment] = tryOpenContent(seal, row.content)?.attachments ?? [];
    try {
      await carry(tenantId, seal, row, attachment);
    } catch (cause) {
      const isOver = cause instanceof PermanentError || row.attempts >= mostTries;
      log.warn({ roomFileId: id, attempts: row.attempts, isOver, err: cause }, "a file was not carried");
      if (isOver) await giveUp(tenantId, seal, row, attachment?.name ?? "a file");
      else await database.statement(tenantId, putOffFile(tenantId, id, againMs));
    }
  }

  async function carry(
    tenantId: TenantId,
    seal: TenantSeal,
    row: CarriedRow,
    attachment: Attachment | undefined,
  ): Promise<void> {
    const channel = channels.get(row.channel);
    if (attachment === undefined || channel === undefined)
      throw new PermanentError("rooms: carry a file: it cannot be read", { code: "file gone" });
    const bytes = await channel.fetchAttachment(row.installation, attachment, defaultFileLimits.maxBytes);
    const { name, mimeType } = attachment;
    const conversationId = row.place_id;
    const turnId = deriveId<TurnId>("room file", row.id);
    await files.of({ tenantId, conversationId, turnId }).attach("carried", { name, mimeType, bytes });
    const [file] = await files.ofTurn(tenantId, turnId);
    if (file === undefined) throw new Error("rooms: a file that was kept is gone");
    await settle(tenantId, (sql) => put(sql, seal, { tenantId, row, file }));
  }

  async function put(
    sql: Sql,
    seal: TenantSeal,
    { tenantId, row, file }: { tenantId: TenantId; row: CarriedRow; file: ReplyFile },
  ): Promise<ConversationId | undefined> {
    const [mine] = await sql.query(settleFile(tenantId, row.id, "carried"));
    if (mine === undefined) return undefined;
    const notice = {
      tenantId,
      conversationId: row.place_id,
      correlationId: row.correlation_id ?? "",
      kind: "room file",
      cause: [row.id],
      recipient: row.recipient,
      reply: { body: "", files: [file] },
    };
    await sql.query(toNotice(seal, notice));
    return row.place_id;
  }

  /** Colleagues are told, whichever way it was to go. */
  async function giveUp(tenantId: TenantId, seal: TenantSeal, row: CarriedRow, name: string): Promise<void> {
    await settle(tenantId, async (sql) => {
      const room = await lockRoom(sql, tenantId, row.room_id);
      const [mine] = await sql.query(settleFile(tenantId, row.id, "lost"));
      const place = room?.room_conversation_id ?? undefined;
      if (mine === undefined || room === undefined || place === undefined) return undefined;
      const words = `⚠️ 📎 ${plainText(toFileName(name))} could not be carried over.`;
      await sayInRoom({ sql, seal, split, room, tenantId, touched: new Set() }, ["lost file", row.id], words);
      return place;
    });
  }

  async function settle(
    tenantId: TenantId,
    work: (sql: Sql) => Promise<ConversationId | undefined>,
  ): Promise<void> {
    const news = await database.withTenant(tenantId, async (sql) => {
      const conversationId = await work(sql);
      const channel = conversationId && (await channelOf(sql, tenantId, conversationId));
      return conversationId === undefined || channel === undefined ? undefined : { conversationId, channel };
    });
    if (news !== undefined) onNews({ ...news, tenantId, correlationId: randomUUID() });
  }

  return { sweep };
}
