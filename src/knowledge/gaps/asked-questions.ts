import { z } from "zod";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";

/** Why the documents should say more about a question. */
export type WhyAsked = "unanswered" | "unsure" | "disliked" | "answered by a person";

/** A question that the documents did not answer, or not well. */
export interface AskedQuestion {
  readonly id: string;
  readonly conversationId: ConversationId;
  readonly question: string;
  /** What a person answered for everybody in the conversation to read. */
  readonly answer?: string | undefined;
  readonly reason: WhyAsked;
  readonly humanSeconds: number;
  readonly askedAt: Date;
  /** When the documents were found to answer it. */
  readonly closedAt?: Date | undefined;
}

/** A question to keep; `key` makes a repeated one the same. */
export interface QuestionToKeep extends Pick<
  AskedQuestion,
  "conversationId" | "question" | "answer" | "reason"
> {
  readonly key: readonly string[];
  readonly humanSeconds?: number | undefined;
}

/** The questions that tell what is missing, sealed. */
export interface AskedQuestions {
  /** Keeps a question once. */
  keep(tenantId: TenantId, question: QuestionToKeep): Promise<void>;
  /** The newest, so many at most. */
  list(tenantId: TenantId, limit: number): Promise<AskedQuestion[]>;
  /** Says which are answered now, and which are not any more. */
  mark(tenantId: TenantId, ids: readonly string[], closed: boolean): Promise<void>;
}

const purpose = "knowledge.question";
const content = z.object({ question: z.string(), answer: z.string().optional() });
const longest = 2_000;

interface QuestionRow {
  id: string;
  conversation_id: ConversationId;
  content: Buffer;
  reason: WhyAsked;
  human_seconds: number;
  asked_at: Date;
  closed_at: Date | null;
}

export function createAskedQuestions({
  database,
  sealer,
}: {
  readonly database: Pick<Database, "statement">;
  readonly sealer: Pick<Sealer, "forTenant">;
}): AskedQuestions {
  return {
    async keep(tenantId, { key, conversationId, question, answer, reason, humanSeconds = 0 }) {
      const seal = await sealer.forTenant(tenantId);
      const words = { question: question.slice(0, longest), answer: answer?.slice(0, longest) };
      await database.statement(tenantId, {
        text: `INSERT INTO knowledge_questions (company_id, id, conversation_id, content, reason, human_seconds)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id, company_id) DO NOTHING`,
        values: [
          tenantId,
          deriveId<string>(tenantId, "knowledge question", ...key),
          conversationId,
          seal.seal(purpose, JSON.stringify(words)),
          reason,
          Math.round(humanSeconds),
        ],
      });
    },

    async list(tenantId, limit) {
      const seal = await sealer.forTenant(tenantId);
      const rows = await database.statement<QuestionRow>(tenantId, {
        text: `SELECT id, conversation_id, content, reason, human_seconds, asked_at, closed_at
                 FROM knowledge_questions ORDER BY asked_at DESC, id LIMIT $1`,
        values: [limit],
      });
      return rows.map((row) => ({
        ...content.parse(JSON.parse(seal.open(purpose, row.content))),
        id: row.id,
        conversationId: row.conversation_id,
        reason: row.reason,
        humanSeconds: row.human_seconds,
        askedAt: row.asked_at,
        closedAt: row.closed_at ?? undefined,
      }));
    },

    async mark(tenantId, ids, closed) {
      await database.statement(tenantId, {
        text: `UPDATE knowledge_questions SET closed_at = CASE WHEN $2 THEN coalesce(closed_at, now()) END
                WHERE id = ANY($1::uuid[])`,
        values: [ids, closed],
      });
    },
  };
}
