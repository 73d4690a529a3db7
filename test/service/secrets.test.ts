import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

/** Words that must be read by nobody but the people in the conversation and the model. */
const canaries = {
  said: "canary-said-4111111111111111",
  edited: "canary-edited-8888",
  answer: "canary-answer-7777",
  tool: "canary-ticket-door-7",
  action: "canary-shortcut-5555",
  reason: "canary-reason-3333",
  staff: "canary-staff-2222",
} as const;
const secrets = ["xoxb-baton-T0BATON0001", "baton-simulator-signing-secret-0001", "sk-test"];

let talk: Talk;
let redis: TestRedis;
const masterKey = Buffer.alloc(32, 7).toString("base64");

beforeAll(async () => {
  redis = await startRedis();
  talk = await openTalk({ env: { REDIS_URL: redis.url, BATON_MASTER_KEY: masterKey } });
  await addStaff(talk, "U0MIA000001", "Mia");
  await liveThroughEverything();
});
afterAll(async () => {
  await talk.stop();
  await redis.stop();
});

/** A conversation in which every canary is said where it could leak. */
async function liveThroughEverything(): Promise<void> {
  talk.model.addFixtures([{ match: { user: canaries.said }, answer: { text: `It is ${canaries.answer}.` } }]);
  const root = await talk.say(`@baton my card is ${canaries.said}`);
  await talk.answers(root);
  await talk.slack.userEdits({ channel: root.channel, ts: root.ts, text: `@baton ${canaries.edited}` })
    .delivered;
  await talk.say(`open a ticket: ${canaries.tool}`, { thread: root.ts });
  await talk.answers(root, 2);
  const noted = talk.slack.userSays({ user: "Ana", channel: "#general", text: canaries.action });
  await talk.slack.shortcut({
    user: "Ana",
    channel: "#general",
    messageTs: noted.ts,
    callbackId: "ask_baton",
  }).done;
  talk.slack.faults.api({
    method: "chat.postMessage",
    times: 1,
    do: { kind: "error", error: "restricted_action" },
  });
  talk.model.fault({ kind: "server-error", status: 500, times: 3, text: canaries.said });
  await talk.say(`@baton again ${canaries.said}`, { user: "Ben" });
  await until(async () => (await talk.rows("SELECT 1 FROM deliveries WHERE state = 'failed'")).length === 1);
  await talk.say(`I am on it ${canaries.staff}`, { thread: root.ts, user: "Mia" });
  await talk.say(`@baton !resolve ${canaries.reason}`, { thread: root.ts, user: "Mia" });
  await talk.slack.waitFor(() => talk.heard(root).some((reply) => wordsOf(reply).includes("is resolved")));
  await talk.settled();
}

const found = (text: string) =>
  [...Object.values(canaries), ...secrets, masterKey].filter((secret) => text.includes(secret));

describe("what people say and what opens doors", () => {
  it("is in no line of the log, at debug", () => {
    expect(talk.lines.length).toBeGreaterThan(20);
    expect(found(talk.lines.join("\n"))).toEqual([]);
  });

  it("is not in Redis", async () => {
    const client = new Redis(redis.url);
    try {
      const dump: string[] = [];
      for (const key of await client.keys("*"))
        dump.push(key, (await client.dump(key).catch(() => null)) ?? "");
      expect(found(dump.join("\n"))).toEqual([]);
    } finally {
      client.disconnect();
    }
  });

  it("was said indeed, wherever it could have leaked", async () => {
    const [row] = await talk.rows<{ said: boolean; controls: string; failed: string; solved: string }>(
      `SELECT (SELECT count(*) >= 6 FROM messages WHERE role IN ('user', 'staff')) AS said,
         (SELECT count(*) FROM events WHERE data->>'name' = 'other') AS controls,
         (SELECT count(*) FROM deliveries WHERE state = 'failed') AS failed,
         (SELECT count(*) FROM audit WHERE action = 'resolve') AS solved`,
    );
    expect(row).toEqual({ said: true, controls: "1", failed: "1", solved: "1" });
  });

  it("is not readable in a dump of the database", async () => {
    const rows = await talk.rows<{ table_schema: string; table_name: string }>(
      "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')",
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const { table_schema, table_name } of rows) {
      const [dump] = await talk.rows<{ text: string | null; bytes: number }>(
        `SELECT string_agg(t::text, E'\\n') AS text FROM "${table_schema}"."${table_name}" t`,
      );
      const text = dump?.text ?? "";
      const unpacked = text.replaceAll(/\\\\?x([0-9a-f]+)/g, (_, hex: string) =>
        Buffer.from(hex, "hex").toString("latin1"),
      );
      expect([table_name, found(text), found(unpacked)]).toEqual([table_name, [], []]);
    }
  });

  it("is not on the metrics page, nor in the answers to bad requests", async () => {
    const url = talk.house.service.url();
    const pages = await Promise.all([
      fetch(`${url}/metrics`),
      fetch(`${url}/health`),
      fetch(`${url}/slack/events`, { method: "POST", body: JSON.stringify({ text: canaries.said }) }),
      fetch(`${url}/slack/events`, { method: "POST", body: "x".repeat(3_000_000) }),
      fetch(`${url}/nothing/${canaries.said}`),
    ]);
    for (const page of pages) {
      const body = await page.text();
      expect(found(body)).toEqual([]);
      expect(body).not.toMatch(/node_modules|\.ts:\d+|at async /);
    }
  });

  it("is not on the command line of anything Baton started", async () => {
    const { stdout } = await promisify(execFile)("ps", ["-eo", "args"]);
    expect(found(stdout)).toEqual([]);
  });
});

describe("what is sealed", () => {
  it("opens for the tenant it belongs to only: swapped content is given up, not shown", async () => {
    talk.slack.faults.clear();
    talk.model.clearFaults();
    await talk.house.restart();
    const root = await talk.say("@baton hello");
    await talk.answers(root);
    await talk.settled();
    const swapped = await talk.rows(
      `UPDATE messages SET content = (SELECT body FROM deliveries ORDER BY created_at LIMIT 1)
       WHERE external_id = $1 RETURNING id`,
      [root.ts],
    );
    expect(swapped).toHaveLength(1);
    const next = await talk.say("and? [[id:after]]", { thread: root.ts });
    await talk.answers(root, 2);
    const asked = talk.model.history().findLast((request) => request.text.includes("[[id:after]]"));
    expect(JSON.stringify(asked?.body)).not.toContain(canaries.answer);
    await until(
      async () =>
        (await talk.rows("SELECT 1 FROM messages WHERE external_id = $1 AND state = 'settled'", [next.ts]))
          .length === 1,
    );
  });
});
