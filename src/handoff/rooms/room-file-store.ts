import type { Attachment, ChannelName } from "../../core/envelope.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import { sealContent } from "../../inbox/message-content.ts";
import type { Query } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { TenantSeal } from "../../store/seal.ts";

/** A file that is to be carried from one side of a room to the other. */
export interface FileToCarry {
  readonly roomId: string;
  /** The message it hangs on. */
  readonly message: string;
  readonly from: ConversationId;
  readonly to: ConversationId;
  readonly recipient: string;
  /** It goes once this reply has gone, and not if that is taken back. */
  readonly replyId?: string | undefined;
}

/** Keeps what is to be carried of a message's files, each once. */
export function insertFiles(
  tenantId: TenantId,
  seal: TenantSeal,
  files: readonly Attachment[],
  way: FileToCarry,
): readonly Query[] {
  const { roomId, message, from, to, recipient, replyId } = way;
  return files.map((file, index) => ({
    text: `INSERT INTO room_files (company_id, id, room_id, source_id, place_id, reply_id, recipient, content)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    values: [
      tenantId,
      deriveId("room file", roomId, message, replyId ?? "", String(index)),
      roomId,
      from,
      to,
      replyId ?? null,
      recipient,
      sealContent(seal, { text: "", attachments: [file] }),
    ],
  }));
}

/** A file that was taken to be carried, with where it is to be had. */
export interface CarriedRow {
  readonly id: string;
  readonly room_id: string;
  readonly place_id: ConversationId;
  readonly recipient: string;
  readonly content: Buffer;
  readonly attempts: number;
  readonly correlation_id: string | null;
  readonly channel: ChannelName;
  readonly installation: string;
  readonly reply_state: "held" | "sent" | "failed" | "undone" | null;
}

/** Files of all companies that are due. */
export function findFilesDue(most: number): Query {
  return {
    text: `SELECT company_id, id FROM room_files WHERE state = 'waiting' AND next_attempt_at <= clock_timestamp() LIMIT $1`,
    values: [most],
  };
}

/** Takes a file for so long, milliseconds: no row where another process has it. A try counts once its reply has gone. */
export function takeFile(tenantId: TenantId, id: string, holdMs: number): Query {
  return {
    text: `WITH taken AS (
             UPDATE room_files f SET next_attempt_at = clock_timestamp() + $3 * interval '1 millisecond',
               attempts = f.attempts + CASE WHEN EXISTS (SELECT FROM room_replies p
                 WHERE p.company_id = $1 AND p.id = f.reply_id AND p.state = 'held') THEN 0 ELSE 1 END
             WHERE f.company_id = $1 AND f.id = $2 AND f.state = 'waiting' AND f.next_attempt_at <= clock_timestamp()
             RETURNING *)
           SELECT f.id, f.room_id, f.place_id, f.recipient, f.content, f.attempts, r.correlation_id, c.channel,
             i.external_id AS installation, p.state AS reply_state
           FROM taken f JOIN rooms r ON r.company_id = $1 AND r.id = f.room_id
           JOIN conversations c ON c.company_id = $1 AND c.id = f.source_id
           JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
           LEFT JOIN room_replies p ON p.company_id = $1 AND p.id = f.reply_id`,
    values: [tenantId, id, holdMs],
  };
}

/** Says what became of a file; no row where somebody has before. */
export function settleFile(tenantId: TenantId, id: string, state: "carried" | "lost" | "dropped"): Query {
  return {
    text: "UPDATE room_files SET state = $3 WHERE company_id = $1 AND id = $2 AND state = 'waiting' RETURNING id",
    values: [tenantId, id, state],
  };
}

/** A file is looked at again after so long, milliseconds. */
export function putOffFile(tenantId: TenantId, id: string, ms: number): Query {
  return {
    text: `UPDATE room_files SET next_attempt_at = clock_timestamp() + $3 * interval '1 millisecond'
           WHERE company_id = $1 AND id = $2 AND state = 'waiting'`,
    values: [tenantId, id, ms],
  };
}
