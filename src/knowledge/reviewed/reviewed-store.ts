import { z } from "zod";
import { channelNames } from "../../core/envelope.ts";
import type { ContactId, ConversationId, StaffId, TenantId } from "../../core/ids.ts";
import { roles } from "../../core/tool.ts";
import type { Sql } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { TenantSeal } from "../../store/seal.ts";
import { toGroupName } from "../readers.ts";

/** The purpose under which a reviewed answer, and the golden case it becomes, are sealed. */
export const reviewedPurpose = "knowledge.reviewed";

const audience = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("public") }),
  z.object({ kind: z.literal("colleagues") }),
  z.object({ kind: z.literal("role"), role: z.enum(roles) }),
  z.object({
    kind: z.literal("room"),
    channel: z.enum(channelNames),
    installation: z.string(),
    space: z.string(),
  }),
]);
const content = z.object({ question: z.string(), answer: z.string(), audience });

/** A question with the answer a colleague gave, and who may read it. */
export type ReviewedContent = z.output<typeof content>;

/** Reads what was sealed of a reviewed answer. */
export function openReviewed(seal: TenantSeal, sealed: Buffer): ReviewedContent {
  return content.parse(JSON.parse(seal.open(reviewedPurpose, sealed)));
}

/** A reviewed answer to keep. */
export interface ReviewedToKeep extends ReviewedContent {
  readonly tenantId: TenantId;
  /** The question as questions are compared. */
  readonly normalized: string;
  readonly conversationId: ConversationId;
  /** The bot's turn whose answer it corrects. */
  readonly turnId: string;
  readonly by: StaffId;
  readonly days: number;
  readonly affected: readonly ContactId[];
}

/**
 * Keeps a reviewed answer and its golden case in the transaction that corrects the message; the same question for the same
 * readers is one answer. `unchanged` where the same answer already stands in the place of the same turn's.
 */
export async function keepReviewed(
  sql: Sql,
  seal: TenantSeal,
  kept: ReviewedToKeep,
): Promise<{ readonly kind: "unchanged" | "kept"; readonly id: string }> {
  const { tenantId, normalized, question, answer, audience: readers } = kept;
  const id = deriveId<string>(tenantId, "reviewed answer", normalized, toGroupName(readers));
  const [before] = await sql.query<{ content: Buffer; turn_id: string; is_gone: boolean }>({
    text: `SELECT content, turn_id, (removed_at IS NOT NULL) AS is_gone FROM reviewed_answers
           WHERE company_id = $1 AND id = $2 FOR UPDATE`,
    values: [tenantId, id],
  });
  const isSame =
    before !== undefined && !before.is_gone && openReviewed(seal, before.content).answer === answer;
  if (isSame && before.turn_id === kept.turnId) return { kind: "unchanged", id };
  const sealed = seal.seal(reviewedPurpose, JSON.stringify({ question, answer, audience: readers }));
  await sql.query({
    text: `WITH golden AS (
             INSERT INTO golden_cases (company_id, id, content) VALUES ($1, $2, $3)
             ON CONFLICT (id, company_id) DO UPDATE SET content = excluded.content, best_rank = NULL)
           INSERT INTO reviewed_answers (company_id, id, conversation_id, turn_id, content, by_staff, affected, expires_at)
           VALUES ($1, $2, $4, $5, $3, $6, $7, now() + $8 * interval '1 day')
           ON CONFLICT (id, company_id) DO UPDATE SET conversation_id = excluded.conversation_id, turn_id = excluded.turn_id,
             content = excluded.content, by_staff = excluded.by_staff, affected = excluded.affected,
             expires_at = excluded.expires_at, removed_at = NULL, revision = reviewed_answers.revision + 1, updated_at = now()`,
    values: [
      tenantId,
      id,
      sealed,
      kept.conversationId,
      kept.turnId,
      kept.by,
      [...new Set(kept.affected)],
      kept.days,
    ],
  });
  return { kind: "kept", id };
}

/** A reviewed answer with whom it may be told to. */
export interface KeptReviewed extends ReviewedContent {
  readonly id: string;
  readonly revision: number;
  readonly affected: readonly ContactId[];
}

/** A reviewed answer that has not expired, by its id; a conversation's newest where none is named. */
export async function findReviewed(
  sql: Sql,
  seal: TenantSeal,
  which: {
    readonly tenantId: TenantId;
    readonly id: string | undefined;
    readonly conversationId: ConversationId;
  },
): Promise<KeptReviewed | undefined> {
  const [row] = await sql.query<{ id: string; content: Buffer; revision: number; affected: ContactId[] }>({
    text: `SELECT id, content, revision, affected FROM reviewed_answers
           WHERE company_id = $1 AND CASE WHEN $2::uuid IS NULL THEN conversation_id = $3 ELSE id = $2 END
             AND removed_at IS NULL AND expires_at > now()
           ORDER BY updated_at DESC LIMIT 1`,
    values: [which.tenantId, which.id ?? null, which.conversationId],
  });
  if (row === undefined) return undefined;
  const { id, revision, affected } = row;
  return { ...openReviewed(seal, row.content), id, revision, affected };
}
