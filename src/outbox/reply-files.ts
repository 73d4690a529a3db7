import type { FileDesk, LentFile, OpenTicket } from "../core/channel.ts";
import { PermanentError } from "../core/errors.ts";
import { toFileName } from "../core/file-name.ts";
import { isId, type ConversationId, type TenantId, type TurnId } from "../core/ids.ts";
import type { ReplyFile } from "../core/reply.ts";
import type { ToolFile, TurnFiles } from "../core/tool.ts";
import type { Database } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Sealer } from "../store/seal.ts";
import { sniffType } from "../store/sniff-type.ts";
import type { FileTickets } from "./file-tickets.ts";

/** The turn whose answer a file hangs on. */
export interface FileOwner {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly turnId: TurnId;
}

/** The files of the bot's answers, sealed in the database from the tool's call until the platform has them. */
export interface ReplyFiles {
  /** Where the tools of a turn put theirs. */
  of(owner: FileOwner): TurnFiles;
  /** What the turn's answer carries, in the order it was attached. */
  ofTurn(tenantId: TenantId, turnId: TurnId): Promise<readonly ReplyFile[]>;
  /** For the channel that sends a company's files. */
  desk(tenantId: TenantId): FileDesk;
  readonly open: OpenTicket;
  /** A file of one conversation, for those who may read it. */
  readIn(
    where: { readonly tenantId: TenantId; readonly conversationId: ConversationId },
    id: string,
  ): Promise<LentFile | undefined>;
  /** Takes away what every platform has long since. Resolves with how many files that were. */
  sweep(): Promise<number>;
}

/** How much a turn's tools may attach. */
export interface FileLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export interface ReplyFilesParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly tickets: FileTickets;
  /** Where Baton is reached from outside; without it there are no links. */
  readonly publicUrl: string | undefined;
  readonly limits?: FileLimits | undefined;
}

/** Every platform takes files of this size, and ten pictures are more than anybody looks at. */
export const defaultFileLimits: FileLimits = { maxBytes: 8 * 1024 * 1024, maxFiles: 10 };
/** Longer than any delivery is tried, and than a ticket is good for. */
const keepDays = 14;

const purposes = { name: "reply-file.name", type: "reply-file.type", bytes: "reply-file.bytes" } as const;

interface FileRow {
  id: string;
  name: Buffer;
  mime_type: Buffer;
  size: number;
}

export function createReplyFiles(parts: ReplyFilesParts): ReplyFiles {
  const { database, sealer, tickets, publicUrl } = parts;
  const { maxBytes, maxFiles } = parts.limits ?? defaultFileLimits;

  async function attach(owner: FileOwner, key: string, file: ToolFile): Promise<void> {
    const { tenantId, conversationId, turnId } = owner;
    const bytes = Buffer.from(file.bytes);
    const name = toFileName(file.name);
    if (bytes.length === 0) throw refuse(`${name} is empty`);
    if (bytes.length > maxBytes) throw refuse(`${name} is larger than ${maxBytes} bytes`);
    const [seal, type] = await Promise.all([sealer.forTenant(tenantId), sniffType(bytes, file.mimeType)]);
    const [row] = await database.statement<{ kept: number; known: boolean }>(tenantId, {
      text: keepFile,
      values: [
        tenantId,
        deriveId("reply file", turnId, key, name),
        conversationId,
        turnId,
        key,
        seal.seal(purposes.name, name),
        seal.seal(purposes.type, type),
        seal.seal(purposes.bytes, bytes.toString("base64")),
        bytes.length,
        maxFiles,
      ],
    });
    if (row?.kept !== 1 && row?.known !== true) throw refuse(`an answer carries ${maxFiles} files at most`);
  }

  async function find(tenantId: TenantId, id: string, conversationId: ConversationId | null) {
    if (!isId(id)) return undefined;
    const [row] = await database.statement<FileRow & { content: Buffer }>(
      tenantId,
      {
        text: `SELECT id, name, mime_type, size, content FROM reply_files
               WHERE company_id = $1 AND id = $2 AND ($3::uuid IS NULL OR conversation_id = $3)`,
        values: [tenantId, id, conversationId],
      },
      { durable: false },
    );
    if (row === undefined) return undefined;
    const seal = await sealer.forTenant(tenantId);
    const content = Buffer.from(seal.open(purposes.bytes, row.content), "base64");
    return { ...toFile(row, seal), content };
  }

  async function ofTurn(tenantId: TenantId, turnId: TurnId): Promise<readonly ReplyFile[]> {
    const rows = await database.statement<FileRow>(
      tenantId,
      {
        text: `SELECT id, name, mime_type, size FROM reply_files WHERE company_id = $1 AND turn_id = $2
               ORDER BY created_at, id`,
        values: [tenantId, turnId],
      },
      { durable: false },
    );
    const seal = await sealer.forTenant(tenantId);
    return rows.map((row) => toFile(row, seal));
  }

  async function sweep(): Promise<number> {
    const tenants = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId }>({
        text: "SELECT DISTINCT company_id FROM reply_files WHERE expires_at < now()",
      }),
    );
    let gone = 0;
    for (const { company_id: tenantId } of tenants) {
      const rows = await database.statement(tenantId, {
        text: "DELETE FROM reply_files WHERE company_id = $1 AND expires_at < now() RETURNING id",
        values: [tenantId],
      });
      gone += rows.length;
    }
    return gone;
  }

  return {
    of: (owner) => ({
      attach: (key, file) => attach(owner, key, file),
      discard: async (key) => {
        await database.statement(owner.tenantId, {
          text: "DELETE FROM reply_files WHERE company_id = $1 AND turn_id = $2 AND call_key = $3",
          values: [owner.tenantId, owner.turnId, key],
        });
      },
    }),
    ofTurn,
    desk: (tenantId) => {
      const ticket = ({ id }: ReplyFile): string => tickets.sign({ tenantId, fileId: id });
      return {
        ticket,
        link: (file) =>
          publicUrl === undefined ? undefined : `${publicUrl.replace(/\/+$/, "")}/files/${ticket(file)}`,
        read: async (file) => {
          const found = await find(tenantId, file.id, null);
          if (found === undefined)
            throw new PermanentError("files: read a file: it is not kept any more", { code: fileGone });
          return found.content;
        },
      };
    },
    open: async (ticket) => {
      const claims = tickets.read(ticket);
      return claims === undefined ? undefined : find(claims.tenantId, claims.fileId, null);
    },
    readIn: ({ tenantId, conversationId }, id) => find(tenantId, id, conversationId),
    sweep,
  };
}

/** The code of a file that is not kept any more. */
export const fileGone = "file_gone";

const keepFile = `WITH kept AS (
    INSERT INTO reply_files (company_id, id, conversation_id, turn_id, call_key, name, mime_type, content, size, expires_at)
    SELECT $1, $2::uuid, c.id, $4::uuid, $5, $6, $7, $8, $9,
      CASE WHEN c.channel <> 'web' THEN now() + interval '${keepDays} days' END
    FROM conversations c WHERE c.company_id = $1 AND c.id = $3
      AND (SELECT count(*) FROM reply_files f WHERE f.company_id = $1 AND f.turn_id = $4::uuid) < $10::int
    ON CONFLICT DO NOTHING RETURNING id)
  SELECT (SELECT count(*)::int FROM kept) AS kept,
    EXISTS (SELECT FROM reply_files WHERE company_id = $1 AND id = $2::uuid) AS known`;

function toFile(row: FileRow, seal: Awaited<ReturnType<Sealer["forTenant"]>>): ReplyFile {
  return {
    id: row.id,
    name: seal.open(purposes.name, row.name),
    mimeType: seal.open(purposes.type, row.mime_type),
    bytes: row.size,
  };
}

/** In words for the model. */
function refuse(what: string): PermanentError {
  return new PermanentError(`The file was not attached: ${what}.`, { code: "file_refused" });
}
