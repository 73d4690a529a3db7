import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Knowledge } from "../knowledge.ts";
import { reviewedSource } from "../passage.ts";
import { documentIdOf } from "../taking-in.ts";
import { openReviewed } from "./reviewed-store.ts";

/** Makes documents of what colleagues answered, and takes them back when they expire. */
export interface ReviewedAnswers {
  /** Brings the documents to what a company's reviewed answers are. Never rejects: what fails is done by the sweep. */
  publish(tenantId: TenantId): Promise<void>;
  /** The same for every company where something is due; resolves with how many those were. */
  sweep(): Promise<number>;
}

export interface ReviewedAnswersParts {
  readonly database: Database;
  readonly sealer: Pick<Sealer, "forTenant">;
  /** What takes documents in is loaded with the first reviewed answer. */
  readonly open: () => Promise<{
    readonly knowledge: Pick<Knowledge, "remove">;
    readonly ingest: Pick<Ingest, "document">;
  }>;
  readonly log: Log;
}

const source = reviewedSource;

interface DueRow {
  readonly id: string;
  readonly content: Buffer;
  readonly revision: number;
  readonly is_expired: boolean;
}

export function createReviewedAnswers(parts: ReviewedAnswersParts): ReviewedAnswers {
  const { database, sealer, open, log } = parts;
  let last: Promise<void> = Promise.resolve();

  async function bring(tenantId: TenantId): Promise<void> {
    const due = await database.statement<DueRow>(tenantId, {
      text: `SELECT id, content, revision, expires_at <= now() AS is_expired FROM reviewed_answers
             WHERE removed_at IS NULL AND (published_revision < revision OR expires_at <= now())
             ORDER BY updated_at LIMIT 100`,
    });
    for (const row of due) await (row.is_expired ? withdraw(tenantId, row) : takeIn(tenantId, row));
  }

  async function takeIn(tenantId: TenantId, { id, content, revision }: DueRow): Promise<void> {
    const { question, answer, audience } = openReviewed(await sealer.forTenant(tenantId), content);
    const bytes = new TextEncoder().encode(`# ${toHeading(question)}\n\n${answer}\n`);
    const { ingest } = await open();
    const name = nameOf(id);
    const outcome = await ingest.document(tenantId, { source, name, bytes, audience: [audience] });
    if (outcome.kind === "failed") log.warn({ tenantId, id }, "a reviewed answer became no document");
    await database.statement(tenantId, {
      text: "UPDATE reviewed_answers SET published_revision = greatest(published_revision, $2) WHERE id = $1",
      values: [id, revision],
    });
  }

  /** An answer that was given anew meanwhile stays: its revision is another one. */
  async function withdraw(tenantId: TenantId, { id, revision }: DueRow): Promise<void> {
    const { knowledge } = await open();
    await knowledge.remove(tenantId, [documentIdOf(tenantId, { source, name: nameOf(id) })]);
    await database.statement(tenantId, {
      text: `WITH gone AS (
               UPDATE reviewed_answers SET removed_at = now(), published_revision = revision
               WHERE id = $1 AND revision = $2 RETURNING id)
             DELETE FROM golden_cases WHERE id IN (SELECT id FROM gone)`,
      values: [id, revision],
    });
  }

  /** One after the other: two at once would take the same document in twice. */
  function publish(tenantId: TenantId): Promise<void> {
    last = last
      .then(() => bring(tenantId))
      .catch((cause: unknown) => {
        log.warn(
          { tenantId, err: cause },
          "a reviewed answer is not in the documents yet; the sweep does it",
        );
      });
    return last;
  }

  return {
    publish,
    async sweep() {
      const due = await database.acrossTenants((sql) =>
        sql.query<{ company_id: TenantId }>({
          text: `SELECT DISTINCT company_id FROM reviewed_answers
                 WHERE removed_at IS NULL AND (published_revision < revision OR expires_at <= now()) LIMIT 100`,
        }),
      );
      for (const { company_id: tenantId } of due) await publish(tenantId);
      return due.length;
    },
  };
}

function nameOf(id: string): string {
  return `${id}.md`;
}

/** One line, and nothing in it that Markdown reads as its own. */
function toHeading(question: string): string {
  return question.replace(/\s+/gu, " ").replaceAll(/[\\`*_{}[\]<>#|~]/gu, "\\$&");
}
