import { afterAll, beforeAll, expect, it } from "vitest";
import { openTalk, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
let beforeItGoes: ((id: unknown) => Promise<unknown>) | undefined;

beforeAll(async () => {
  talk = await openTalk({
    lend: {
      queue: (queue) => queue,
      database: (database) => ({
        ...database,
        get counters() {
          return database.counters;
        },
        statement: async (tenantId, query, options) => {
          const strike = query.text.includes("SET state = 'sending', sending_since")
            ? beforeItGoes
            : undefined;
          if (strike !== undefined) {
            beforeItGoes = undefined;
            await strike(query.values?.[3]);
          }
          return database.statement(tenantId, query, options);
        },
      }),
    },
  });
}, 60_000);
afterAll(() => talk?.stop());

it("what is said otherwise while it waits is sent as it stands when it goes, and not as it was read", async () => {
  const first = await talk.say("@baton help");
  await talk.answers(first);
  await talk.settled();
  const [other] = await talk.rows<{ body: Buffer }>("SELECT body FROM deliveries LIMIT 1");
  const struck = Promise.withResolvers<void>();
  beforeItGoes = async (id) => {
    await talk.rows("UPDATE deliveries SET body = $2 WHERE id = $1", [id, other?.body]);
    struck.resolve();
  };
  const second = await talk.say("@baton human");
  await struck.promise;
  const [said = ""] = await talk.answers(second);
  await talk.settled();
  expect(said).toContain("Mention me with a question");
  expect(talk.heard(second).map(wordsOf).join("\n")).not.toContain("asked a teammate");
}, 60_000);
