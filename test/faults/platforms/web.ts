import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { CallName, EventFault, HeldCall, Platform, Speaker, Truth, Write } from "./platform.ts";
import { visit, type Item, type Visitor } from "./web-visitor.ts";

const site = "faults-web";
/** A token on its way to a page goes through two processes and a browser's buffer: it may be this late, milliseconds. */
const underWayMs = 1_000;
/** Longer than what was announced while nobody listened takes to be found. */
const tellWithinMs = 20_000;

/** Visitors of a web site. The truth is what their pages were told, held against what is kept of the conversation. */
export async function startWeb(): Promise<Platform> {
  const visitors: Visitor[] = [];
  const eventFaults: { readonly fault: EventFault; struck: number }[] = [];
  let doors: readonly string[] = [];

  function opens(): Speaker {
    let visiting: Promise<Visitor> | undefined;
    return {
      says: async ({ id, text }) => {
        visiting ??= visit(doors, site).then((visitor) => {
          visitors.push(visitor);
          return visitor;
        });
        const visitor = await visiting;
        const order = { id, text, ...orderFor(text) };
        const acknowledged = delay(order.lateMs).then(() => visitor.says(order));
        return { at: `${visitor.thread} ${id}`, acknowledged };
      },
    };
  }

  /** How a page sends something of which it has not heard that it arrived. */
  function orderFor(text: string): { copies: number; again: boolean; lateMs: number } {
    const order = { copies: 1, again: false, lateMs: 0 };
    for (const active of eventFaults) {
      const { fault } = active;
      if (fault.text !== undefined && !text.includes(fault.text)) continue;
      if (fault.times !== undefined && active.struck >= fault.times) continue;
      active.struck += 1;
      if (fault.do.kind === "duplicate") order.copies += fault.do.copies;
      if (fault.do.kind === "lose_ack") order.again = true;
      if (fault.do.kind === "delay") order.lateMs += typeof fault.do.ms === "number" ? fault.do.ms : 0;
    }
    return order;
  }

  function cutAll(): void {
    for (const visitor of visitors) visitor.cut();
  }

  /** Of answers people only see the beginning, and that they are whole: those are the moments. */
  function holdBack(call: CallName): HeldCall {
    const isBeginning = call === "begin" || call === "grow";
    const count = () =>
      visitors.reduce(
        (sum, visitor) => sum + (isBeginning ? visitor.tokens().length : answersOf(visitor)),
        0,
      );
    const before = count();
    return { hasStruck: () => count() > before, release: () => {} };
  }

  async function settled(): Promise<void> {
    for (const until = Date.now() + tellWithinMs; Date.now() < until; await delay(100)) {
      const differences = await Promise.all(visitors.map(compare)).catch(() => [["not now"]]);
      if (differences.flat().length === 0) return;
    }
  }

  return {
    name: "web",
    env: {},
    files: {
      "config/tenants/faults.yaml": [
        "name: Faults",
        "default: true",
        "sites:",
        `  - key: ${site}`,
        '    origins: ["https://www.faults.example"]',
        "    allowApps: true",
        "",
      ].join("\n"),
    },
    leavesUnknown: false,
    serve: async (open) => {
      doors = open;
    },
    opens,
    // Between an answer and its reader there is only the connection.
    failCalls: cutAll,
    failEvents: (fault) => void eventFaults.push({ fault, struck: 0 }),
    holdBack,
    trouble: ({ on }) => {
      if (on === "web") cutAll();
    },
    activity: () => visitors.reduce((sum, { heard }) => sum + heard, 0),
    settled,
    truth: (databaseUrl) => readVisitors(visitors, databaseUrl),
    stop: async () => {
      for (const visitor of visitors) visitor.close();
    },
  };
}

/** What the pages of these visitors were told, held against what is kept of their conversations. */
export async function readVisitors(visitors: readonly Visitor[], databaseUrl: string): Promise<Truth> {
  const differences = await Promise.all(visitors.map(compare));
  const sorted = visitors.flatMap((visitor) =>
    visitor
      .items()
      .toSorted((a, b) => a.position - b.position)
      .map((item) => ({ ...item, thread: visitor.thread })),
  );
  const ours = sorted.filter(({ role, state }) => role === "assistant" && state !== "deleted");
  return {
    botMessages: ours.map(({ id, thread, text, state }) => ({
      at: `${thread} ${id}`,
      thread: `${thread} `,
      text: text.replaceAll("\\", ""),
      isHalf: state === "streaming",
    })),
    receipts: [],
    writes: [...toldTokens(visitors), ...(await keptWrites(databaseUrl, ours))],
    transcript: sorted.map(
      ({ thread, position, id, role, text }) => `${thread} ${position} ${id} ${role}: ${text}`,
    ),
    complaints: [...visitors.flatMap((visitor) => visitor.complaints()), ...differences.flat()],
  };
}

function answersOf(visitor: Visitor): number {
  return visitor.items().filter(({ role, state }) => role === "assistant" && state === "final").length;
}

/** Whoever was connected, with whatever interruptions, knows what somebody who comes now is told. */
async function compare(visitor: Visitor): Promise<string[]> {
  const kept = new Map((await visitor.history()).map((item) => [item.id, item]));
  const told = new Map(visitor.items().map((item) => [item.id, item]));
  const isSame = (a: Item | undefined, b: Item | undefined) => a?.text === b?.text && a?.state === b?.state;
  return [...new Set([...kept.keys(), ...told.keys()])]
    .filter((id) => !isSame(kept.get(id), told.get(id)))
    .map(
      (id) =>
        `I1: of ${visitor.thread} ${id} the page knows ${JSON.stringify(told.get(id))}, kept is ${JSON.stringify(kept.get(id))}`,
    );
}

function toldTokens(visitors: readonly Visitor[]): Write[] {
  return visitors.flatMap((visitor) =>
    visitor.tokens().map(({ id, text, ms }) => ({
      at: `${visitor.thread} ${id}`,
      what: "token",
      ms: ms - underWayMs,
      doneMs: ms,
      text,
    })),
  );
}

/** When the database has what a message says now. */
async function keptWrites(
  databaseUrl: string,
  messages: readonly (Item & { thread: string })[],
): Promise<Write[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ thread_id: string; id: string; ms: number }>(
      `SELECT thread_id, id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS ms
       FROM web_messages WHERE role = 'assistant'`,
    );
    return rows.map(({ thread_id: thread, id, ms }) => ({
      at: `${thread} ${id}`,
      what: "kept",
      ms,
      doneMs: ms,
      text: messages.find((item) => item.thread === thread && item.id === id)?.text ?? "",
    }));
  } finally {
    await client.end();
  }
}
