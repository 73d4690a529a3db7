import { PermanentError } from "../core/errors.ts";
import type { MessageId, TenantId } from "../core/ids.ts";
import {
  againAction,
  decideLater,
  type LaterDecision,
  type Reminder,
  type ReminderDesk,
} from "../core/later.ts";
import type { Log } from "../core/log.ts";
import { insertNote } from "../handoff/approval-store.ts";
import { toNotice } from "../handoff/notice.ts";
import type { Arrival } from "../inbox/inbox.ts";
import { sealContent } from "../inbox/message-content.ts";
import type { Database, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import { sweepDue } from "../store/sweep-due.ts";
import {
  endLater,
  findDue,
  findLater,
  findWordsSince,
  insertLater,
  laterContent,
  laterPurpose,
  lockDue,
  putOffLater,
  type DueRow,
} from "./later-store.ts";

/** What is said later by itself: reminders, and questions that are asked again. */
export interface Later extends ReminderDesk {
  /** One look. Resolves with how much was due. */
  sweep(): Promise<number>;
}

export interface LaterParts {
  readonly database: Database;
  readonly sealer: Sealer;
  /** Something is to be said or done in a conversation; must not throw. */
  readonly onNews: (news: Arrival) => void;
  readonly log: Log;
}

const dueAtOnce = 100;
const mostReminders = 20;
/** How soon a reminder is looked at again while people have the conversation, milliseconds. */
const againMs = 10 * 60 * 1_000;

/** Everything is told in the transaction that ends it, so it is told once, however many processes look. */
export function createLater({ database, sealer, onNews, log }: LaterParts): Later {
  async function remind({ tenantId, conversationId, idempotencyKey, text, at }: Reminder): Promise<void> {
    const seal = await sealer.forTenant(tenantId);
    const id = deriveId("reminder", tenantId, idempotencyKey);
    const sealed = seal.seal(laterPurpose, JSON.stringify({ text }));
    const dueInMs = Math.max(0, at.getTime() - Date.now());
    const row = {
      id,
      conversationId,
      kind: "reminder",
      sealed,
      dueInMs,
      throughSeq: 0,
      correlationId: "",
    } as const;
    const kept = await database.statement(tenantId, insertLater(tenantId, row, mostReminders));
    if (kept.length > 0 || (await database.statement(tenantId, findLater(tenantId, id))).length > 0) return;
    throw new PermanentError(`At most ${mostReminders} reminders can wait in one conversation.`);
  }

  function sweep(): Promise<number> {
    return sweepDue<{ company_id: TenantId; id: string }>(database, {
      find: findDue(dueAtOnce),
      one: async ({ company_id: tenantId, id }) => {
        const told = await tell(tenantId, id);
        if (told !== undefined) onNews(told);
      },
      onFailed: ({ id }, cause) => log.warn({ id, err: cause }, "swept past something that is to be said"),
    });
  }

  async function tell(tenantId: TenantId, id: string): Promise<Arrival | undefined> {
    const seal = await sealer.forTenant(tenantId);
    return database.withTenant(tenantId, async (sql) => {
      const [row] = await sql.query<DueRow>(lockDue(tenantId, id));
      if (row === undefined) return undefined;
      const { conversation_id: conversationId, channel, correlation_id: correlationId } = row;
      const decision = await decide(sql, tenantId, row);
      log.info({ conversationId, kind: row.kind, decision, attempts: row.attempts }, "something was due");
      if (decision === "wait") await sql.query(putOffLater(tenantId, id, againMs));
      if (decision === "stand down") await sql.query(endLater(tenantId, id, "stood down"));
      if (decision !== "tell") return undefined;
      await sql.query(endLater(tenantId, id, "told"));
      await say(sql, seal, { tenantId, id, row });
      return { tenantId, conversationId, channel, correlationId: correlationId ?? "", urgent: false };
    });
  }

  return { remind, sweep };
}

async function decide(sql: Sql, tenantId: TenantId, row: DueRow): Promise<LaterDecision> {
  const [since] = await sql.query<{ moved_on: boolean }>(
    findWordsSince(tenantId, row.conversation_id, Number(row.through_seq)),
  );
  return decideLater({
    kind: row.kind,
    isWithBot: row.owner_kind === "bot",
    isSameEpoch: row.is_same_epoch,
    isActive: row.status === "active",
    movedOn: since?.moved_on ?? true,
    lateMs: row.late_ms,
  });
}

/** A reminder is said as it is; a question becomes a note that the conversation's next turn deals with. */
async function say(
  sql: Sql,
  seal: TenantSeal,
  { tenantId, id, row }: { readonly tenantId: TenantId; readonly id: string; readonly row: DueRow },
): Promise<void> {
  const { conversation_id: conversationId, requester, attempts } = row;
  const correlationId = row.correlation_id ?? "";
  const {
    text,
    senderId = requester,
    name,
    role,
  } = laterContent.parse(JSON.parse(seal.open(laterPurpose, row.content)));
  if (row.kind === "reminder") {
    const reply = { body: `⏰ ${text}` };
    const notice = {
      tenantId,
      conversationId,
      correlationId,
      kind: "reminder",
      cause: [id],
      place: row,
    };
    await sql.query(toNotice(seal, { ...notice, recipient: requester, reply }));
    return;
  }
  const action = { name: againAction, value: id };
  await sql.query(
    insertNote(tenantId, {
      conversationId,
      id: deriveId<MessageId>("again note", conversationId, id, String(attempts)),
      senderId,
      content: sealContent(seal, { text, action, name, role }),
      correlationId,
    }),
  );
}
