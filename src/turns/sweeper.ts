import { randomUUID } from "node:crypto";
import type { Channel } from "../core/channel.ts";
import type { ChannelName } from "../core/envelope.ts";
import type { ConversationId, TenantId, TurnId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import type { Handoff } from "../handoff/handoff.ts";
import { createLeftColleagues } from "../handoff/left-colleagues.ts";
import type { Queue } from "../queue/queue.ts";
import type { Database } from "../store/database.ts";
import { isBeyondReach, takeReceiptAway } from "./receipt.ts";

/** Looks for what nobody rang for: the reason why losing the whole queue loses nothing. */
export interface Sweeper extends Part {
  /** One look. Resolves with how many bells it rang. */
  sweep(): Promise<number>;
}

export interface SweeperParts {
  readonly database: Database;
  readonly queue: Pick<Queue, "ring">;
  readonly handoff: Handoff;
  /** What else is looked at with every sweep, by name; what fails is tried again with the next one. */
  readonly also: Readonly<Record<string, () => Promise<unknown>>>;
  readonly channels: ReadonlyMap<ChannelName, Channel>;
  /** How often this process asks for a look, milliseconds. */
  readonly everyMs: number;
  /** What is younger is left to its own bell, milliseconds. */
  readonly graceMs: number;
  readonly log: Log;
}

interface Due {
  company_id: TenantId;
  conversation_id: ConversationId;
}

interface StaleReceipt extends Due {
  id: TurnId;
}

const limit = 500;
// Each is a request to the platform; the next sweep goes on.
const receiptsPerSweep = 20;
// What is never urgent is asked for with every tenth sweep.
const asksPerMaintenance = 10;

export function createSweeper(parts: SweeperParts): Sweeper {
  const { database, queue, handoff, channels, everyMs, graceMs, log } = parts;
  const left = createLeftColleagues({ database, handoff, log });
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;

  async function sweep(): Promise<number> {
    const [unsettled, snoozed, receipts] = await Promise.all([
      findUnsettled(),
      findSnoozed(),
      findReceipts(),
    ]);
    await sweepAlso();
    for (const due of unsettled)
      await queue.ring(
        "turn",
        { v: 1, tenantId: due.company_id, conversationId: due.conversation_id },
        { dedupeId: `sweep-${due.conversation_id}` },
      );
    for (const due of snoozed) await alone(due, () => wake(due));
    for (const stale of receipts) await alone(stale, () => clearReceipt(stale));
    if (unsettled.length > 0) log.info({ conversations: unsettled.length }, "swept: bells rung again");
    return unsettled.length;
  }

  async function sweepAlso(): Promise<void> {
    for (const [what, look] of Object.entries({ ...parts.also, "colleagues who left": left.sweep })) {
      try {
        await look();
      } catch (cause) {
        log.warn({ what, err: cause }, "not swept; the next sweep tries again");
      }
    }
  }

  /** One conversation that cannot be helped now does not keep the others waiting. */
  async function alone(due: Due, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      log.warn({ conversationId: due.conversation_id, err: cause }, "swept past a conversation");
    }
  }

  /** Unanswered or undelivered, and nobody at work on it. */
  function findUnsettled(): Promise<Due[]> {
    return database.acrossTenants((sql) =>
      sql.query<Due>({
        text: `SELECT company_id, id AS conversation_id FROM conversations
               WHERE inbox_version > settled_version AND updated_at < clock_timestamp() - $1 * interval '1 millisecond'
                 AND (lease_until IS NULL OR lease_until < clock_timestamp())
               UNION
               SELECT d.company_id, d.conversation_id FROM deliveries d
               JOIN conversations c ON c.company_id = d.company_id AND c.id = d.conversation_id
               WHERE d.state IN ('pending', 'sending')
                 AND d.next_attempt_at < clock_timestamp() - $1 * interval '1 millisecond'
                 AND (c.lease_until IS NULL OR c.lease_until < clock_timestamp())
               LIMIT ${limit}`,
        values: [graceMs],
      }),
    );
  }

  function findSnoozed(): Promise<Due[]> {
    return database.acrossTenants((sql) =>
      sql.query<Due>({
        text: `SELECT company_id, id AS conversation_id FROM conversations
               WHERE snoozed_until IS NOT NULL AND snoozed_until < clock_timestamp() LIMIT ${limit}`,
      }),
    );
  }

  function findReceipts(): Promise<StaleReceipt[]> {
    return database.acrossTenants((sql) =>
      sql.query<StaleReceipt>({
        text: `SELECT company_id, conversation_id, id FROM turns
               WHERE receipt IS NOT NULL AND state <> 'running'
                 AND finished_at < clock_timestamp() - $1 * interval '1 millisecond'
               ORDER BY random() LIMIT ${receiptsPerSweep}`,
        values: [graceMs],
      }),
    );
  }

  async function wake({ company_id: tenantId, conversation_id: conversationId }: Due): Promise<void> {
    const subject = { tenantId, conversationId, correlationId: randomUUID() };
    await handoff.apply(subject, { kind: "snooze over", at: new Date() });
  }

  async function clearReceipt({
    company_id: tenantId,
    conversation_id: conversationId,
    id,
  }: StaleReceipt): Promise<void> {
    const [row] = await database.statement<ReceiptRow>(tenantId, {
      text: `SELECT t.receipt, c.channel, c.space, c.thread, c.audience, i.external_id AS installation
             FROM turns t JOIN conversations c ON c.company_id = $1 AND c.id = t.conversation_id
             JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
             WHERE t.company_id = $1 AND t.id = $2 AND t.receipt IS NOT NULL`,
      values: [tenantId, id],
    });
    const channel = row && channels.get(row.channel);
    if (row === undefined || channel === undefined) return;
    const { installation, space, thread, audience } = row;
    try {
      const target = { installation, place: { space, thread, audience } };
      await takeReceiptAway(database, { channel, target, tenantId, conversationId }, row.receipt);
    } catch (cause) {
      if (!isBeyondReach(cause)) {
        log.warn({ turnId: id, cause: String(cause) }, "receipt not cleared; the next sweep tries again");
        return;
      }
    }
    await database.statement(tenantId, {
      text: "UPDATE turns SET receipt = NULL WHERE company_id = $1 AND id = $2",
      values: [tenantId, id],
    });
  }

  /** Many processes ask, one looks: within a period the queue keeps one of the asks. */
  async function ask(): Promise<void> {
    try {
      await queue.ring("sweep", { v: 1 }, { dedupeId: "sweep" });
      asked += 1;
      if (asked % asksPerMaintenance === 0)
        await queue.ring(
          "maintenance",
          { v: 1, task: "mirror-interactions" },
          { dedupeId: "mirror-interactions" },
        );
    } catch (cause) {
      log.debug({ cause: String(cause) }, "sweep not asked for; the next tick asks again");
    }
  }

  return {
    name: "sweeper",
    sweep,
    start: async () => {
      timer = setInterval(() => void ask(), everyMs);
      timer.unref();
    },
    stop: async () => clearInterval(timer),
  };
}

interface ReceiptRow {
  receipt: string;
  channel: ChannelName;
  space: string;
  thread: string;
  audience: "direct" | "group" | "public" | "shared";
  installation: string;
}
