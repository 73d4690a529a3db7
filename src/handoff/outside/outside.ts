import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { OutsideSystem } from "../../core/outside.ts";
import type { Part } from "../../core/part.ts";
import type { Database, Sql } from "../../store/database.ts";
import type { FollowBaton } from "../passed-baton.ts";
import { toOutsideData, toOutsideName } from "./outside-event.ts";
import {
  beginTry,
  endOutside,
  findOutsideDue,
  forgetOutside,
  insertOutside,
  type OutsideNews,
  type OutsideTry,
} from "./outside-store.ts";

/** Tells systems outside what becomes of conversations: kept with the change, told until it is taken. */
export interface Outside extends Part {
  /** Keeps something to be told, in the transaction it happens in; once for its name and cause. */
  note(sql: Sql, news: OutsideNews): Promise<void>;
  /** The same for a change of hands. */
  readonly follow: FollowBaton;
  /** Begins whatever is due, and waits for none of it. Resolves with how much was begun. */
  sweep(): Promise<number>;
}

export interface OutsideParts {
  readonly database: Database;
  readonly systemsOf: (tenantId: TenantId) => readonly OutsideSystem[];
  /** How long to wait after each try in vain, milliseconds; after the last one it is given up. */
  readonly waitsMs?: readonly number[] | undefined;
  readonly count: (outcome: "delivered" | "retried" | "given up") => void;
  readonly log: Log;
}

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
/** Eight tries in little more than a day. */
const usualWaitsMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];
// A system that answers slowly keeps the others waiting no longer than its own share of the places.
const mostAtOnce = 16;
const mostPerSystem = 4;
// Whoever has not answered by then is told again by the next process.
const graceMs = 2_000;

export function createOutside(parts: OutsideParts): Outside {
  const { database, systemsOf, waitsMs = usualWaitsMs, count, log } = parts;
  const inHand = new Map<Promise<void>, string>();
  const stopping = new AbortController();

  async function note(sql: Sql, news: OutsideNews): Promise<void> {
    const wanting = systemsOf(news.tenantId).filter(({ takes }) => takes.has(news.name));
    if (wanting.length === 0) return;
    await sql.query(
      insertOutside(
        news,
        wanting.map(({ id }) => id),
      ),
    );
  }

  const follow: FollowBaton = async (sql, _seal, passed) => {
    const { tenantId, conversationId, event, before, conversation } = passed;
    const name = toOutsideName(before, conversation.baton);
    if (name === undefined) return;
    const cause = String(conversation.baton.epoch);
    const data = toOutsideData(conversation.baton);
    await note(sql, { tenantId, conversationId, name, cause, at: event.at, data });
  };

  async function sweep(): Promise<number> {
    const places = mostAtOnce - inHand.size;
    if (places <= 0 || stopping.signal.aborted) return 0;
    const due = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId; id: string; system: string }>(findOutsideDue(places, mostPerSystem)),
    );
    let begun = 0;
    for (const { company_id: tenantId, id, system } of due) {
      const key = `${tenantId}:${system}`;
      if ([...inHand.values()].filter((held) => held === key).length >= mostPerSystem) continue;
      const [one] = await database.statement<OutsideTry>(tenantId, beginTry(tenantId, id, waitsMs, minute));
      if (one === undefined) continue;
      begun += 1;
      const work = attempt(tenantId, one).finally(() => inHand.delete(work));
      inHand.set(work, key);
    }
    for (const tenantId of new Set(due.map((row) => row.company_id)))
      await database.statement(tenantId, forgetOutside(tenantId));
    return begun;
  }

  /** Never rejects: what cannot even be noted is tried again. */
  async function attempt(tenantId: TenantId, one: OutsideTry): Promise<void> {
    const fields = { tenantId, conversationId: one.conversation_id, event: one.name, attempts: one.attempts };
    try {
      const end = await tell(tenantId, one);
      if (end !== "told") log.warn({ ...fields, why: end }, "given up telling a system outside");
      await database.statement(
        tenantId,
        endOutside(tenantId, one.id, end === "told" ? "delivered" : "given up"),
      );
      count(end === "told" ? "delivered" : "given up");
    } catch (cause) {
      if (stopping.signal.aborted) return;
      await failed(tenantId, one, { ...fields, err: cause });
    }
  }

  async function tell(tenantId: TenantId, one: OutsideTry): Promise<"told" | "no longer named" | "gone"> {
    const system = systemsOf(tenantId).find(({ id }) => id === one.system);
    if (system === undefined) return "no longer named";
    const { event_id: id, name, at, data } = one;
    return (await system.tell({ id, name, at, data }, stopping.signal)) === "taken" ? "told" : "gone";
  }

  async function failed(tenantId: TenantId, one: OutsideTry, fields: object): Promise<void> {
    if (one.attempts <= waitsMs.length) {
      count("retried");
      log.info(fields, "a system outside was not told; it is told again later");
      return;
    }
    try {
      await database.statement(tenantId, endOutside(tenantId, one.id, "given up"));
      count("given up");
      log.warn(fields, "given up telling a system outside");
    } catch (cause) {
      log.warn({ ...fields, err: cause }, "could not note that a system outside is given up; tried again");
    }
  }

  return {
    name: "outside",
    note,
    follow,
    sweep,
    start: async () => {},
    stop: async (deadline) => {
      const late = AbortSignal.any([deadline, AbortSignal.timeout(graceMs)]);
      await Promise.race([Promise.all(inHand.keys()), aborted(late)]);
      stopping.abort(new Error("outside: stopping"));
      await Promise.all(inHand.keys());
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
