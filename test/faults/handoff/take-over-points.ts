import type { Queue } from "../../../src/queue/queue.ts";
import type { Database, Query, Sql } from "../../../src/store/database.ts";

/** The moments of a turn at which somebody takes the conversation over, in their order. */
export const takeOverPoints = [
  "before the claim",
  "after the claim",
  "while it is understood",
  "before the model is asked",
  "while the model speaks",
  "between two thoughts",
  "before a tool starts",
  "while a tool runs",
  "after a tool's result",
  "before the commit",
  "between commit and send",
  "while it is sent",
] as const;

export type TakeOverPoint = (typeof takeOverPoints)[number];

/** A take-over that waits for its moment, in a conversation that may not be known yet. */
export interface Armed {
  /** Comes back in what the bot is asked, and in what it answers. */
  readonly id: string;
  readonly point: TakeOverPoint;
  /** Of the two sides a moment may have, the later one: its record is written, and nothing is done yet. */
  readonly isLate: boolean;
  /** The message that asks, as the platform names it, or the end of that name. */
  readonly externalId: string;
  /** Where that stands: platforms repeat the ids of messages from one space to the next. */
  readonly space: string;
  /** Takes over; the turn waits until this resolves. */
  readonly act: (conversationId: string) => Promise<void>;
}

/** Holds turns at their moments. */
export interface Gates {
  arm(armed: Armed): { readonly reached: Promise<void>; conversation(): string | undefined };
  /** For moments that no statement tells: true when it was waiting for this one. */
  reach(id: string, point: TakeOverPoint): Promise<boolean>;
  /** The next commit that takes this conversation from the bot. */
  takenOver(conversationId: string): Promise<void>;
  readonly lend: { database(database: Database): Database; queue(queue: Queue): Queue };
}

// Places among the values of statements.
const externalIdAt = 17;
const spaceAt = 12;
const turnIdAt = 4;
const stepKeyAt = 8;
const ownerAt = 2;
const webThreadAt = 2;
const webRoleAt = 4;

/** Which moment a statement is, and on which side of it. */
function momentOf({ text, values = [] }: Query): { before?: TakeOverPoint; after?: TakeOverPoint } {
  if (text.startsWith("WITH claimed AS")) return { before: "before the claim", after: "after the claim" };
  if (text.includes("INSERT INTO steps")) {
    const key = String(values[stepKeyAt]);
    if (key.includes(":tool:")) return { before: "before a tool starts", after: "before a tool starts" };
    if (key.endsWith(":model:0")) return { before: "before the model is asked" };
    return key.endsWith(":model:1") ? { before: "between two thoughts" } : {};
  }
  if (text.startsWith("UPDATE steps SET output") && String(values[2]).includes(":tool:"))
    return { after: "after a tool's result" };
  if (text.includes("skipped AS")) return { before: "before the commit", after: "between commit and send" };
  if (text.includes("INSERT INTO web_messages") && values[webRoleAt] === "assistant")
    return { before: "while it is sent", after: "while it is sent" };
  return {};
}

/** Moments with two sides that count: what is done there is recorded before it is done. */
const twoSided: ReadonlySet<TakeOverPoint> = new Set(["before a tool starts", "while it is sent"]);

export function createGates(): Gates {
  const waiting: {
    armed: Armed;
    conversation: string | undefined;
    done: () => void;
    fail: (e: unknown) => void;
  }[] = [];
  const turns = new Map<string, string>();
  const listeners = new Map<string, (() => void)[]>();

  function conversationOf(query: Query): string {
    const { text, values = [] } = query;
    if (text.startsWith("UPDATE steps SET output")) return turns.get(String(values[1])) ?? "";
    if (text.includes("INSERT INTO steps")) turns.set(String(values[turnIdAt]), String(values[1]));
    return String(values[text.includes("INSERT INTO web_messages") ? webThreadAt : 1]);
  }

  function bind({ text, values = [] }: Query): void {
    if (!text.includes("INSERT INTO messages") || !text.includes("wanted AS (")) return;
    const said = String(values[externalIdAt]);
    const isSaid = ({ externalId, space }: Armed): boolean =>
      values[spaceAt] === space && (said === externalId || said.endsWith(`/${externalId}`));
    const found = waiting.find(({ armed }) => isSaid(armed));
    if (found !== undefined) found.conversation ??= String(values[1]);
  }

  async function reached(fits: (one: (typeof waiting)[number]) => boolean): Promise<boolean> {
    const at = waiting.findIndex(fits);
    const [one] = at < 0 ? [] : waiting.splice(at, 1);
    if (one === undefined) return false;
    await one.armed.act(one.conversation ?? "").then(one.done, one.fail);
    return true;
  }

  async function pass(query: Query, side: "before" | "after"): Promise<void> {
    const point = momentOf(query)[side];
    if (point === undefined || waiting.length === 0) return;
    const isLate = side === "after" && twoSided.has(point);
    const conversation = conversationOf(query);
    await reached(
      ({ armed, ...one }) =>
        armed.point === point &&
        (!twoSided.has(point) || armed.isLate === isLate) &&
        (one.conversation === conversation || armed.space === conversation),
    );
  }

  function tell(conversationId: string): void {
    for (const listener of listeners.get(conversationId) ?? []) listener();
    listeners.delete(conversationId);
  }

  return {
    arm: (armed) => {
      const end = Promise.withResolvers<void>();
      const one = {
        armed,
        conversation: undefined,
        done: end.resolve,
        fail: end.reject,
      } as (typeof waiting)[number];
      waiting.push(one);
      return { reached: end.promise, conversation: () => one.conversation };
    },
    reach: (id, point) => reached(({ armed }) => armed.id === id && armed.point === point),
    takenOver: (conversationId) =>
      new Promise((resolve) => {
        listeners.set(conversationId, [...(listeners.get(conversationId) ?? []), resolve]);
      }),
    lend: {
      database: (database) => ({
        ...database,
        statement: async <Row>(...[tenantId, query, options]: Parameters<Database["statement"]>) => {
          bind(query);
          await pass(query, "before");
          const rows = await database.statement<Row>(tenantId, query, options);
          await pass(query, "after");
          return rows;
        },
        withTenant: async (tenantId, fn, options) => {
          const taken = new Set<string>();
          const watch = (sql: Sql): Sql => ({
            query: <Row>(query: Query) => {
              const { text, values = [] } = query;
              if (text.includes("SET owner_kind = $3") && values[ownerAt] !== "bot")
                taken.add(String(values[1]));
              return sql.query<Row>(query);
            },
          });
          const result = await database.withTenant(tenantId, (sql) => fn(watch(sql)), options);
          taken.forEach(tell);
          return result;
        },
      }),
      queue: (queue) => queue,
    },
  };
}
