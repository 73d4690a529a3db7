import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Target } from "../../src/core/channel.ts";
import { parseId, type ConversationId, type DeliveryId, type TenantId } from "../../src/core/ids.ts";
import type { Lease } from "../../src/core/lease.ts";
import { silentLog } from "../../src/core/log.ts";
import { deliveryColumns, parseDelivery, sealReply, type Delivery } from "../../src/outbox/delivery.ts";
import { createOutbox, type Outbox } from "../../src/outbox/outbox.ts";
import { storeOutcomes } from "../../src/outbox/outbox-store.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { createSealer, type TenantSeal } from "../../src/store/seal.ts";
import { createCompanies, dataKeysIn } from "../../src/tenants/companies.ts";
import { simulate, type Simulated } from "../channels/teams/teams-stage.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let stage: Simulated;
let testDatabase: TestDatabase;
let database: Database;
let owner: pg.Client;
let seal: TenantSeal;
let outbox: Outbox;
let tenantId: TenantId;

beforeAll(async () => {
  stage = await simulate({ env: () => ({ TEAMS_PACE: "off" }) });
  const { teams } = stage;
  await stage.installations.save({
    externalId: teams.app.tenantId,
    name: "Contoso",
    credentials: { serviceUrl: teams.serviceUrl },
  });
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 2, log: silentLog });
  owner = new pg.Client({ connectionString: testDatabase.url });
  await owner.connect();
  const companies = createCompanies({ database, fast: createMemoryFastState() });
  tenantId = await companies.ensure({ slug: "acme", name: "Acme", tier: "pro", persona: "" });
  seal = await createSealer({ masterKey: randomBytes(32), ...dataKeysIn(database) }).forTenant(tenantId);
  const files = { desk: () => ({ read: unused, ticket: unused, link: unused }) };
  const channels = new Map([["teams" as const, stage.channel]]);
  const retry = { baseMs: 1, maxMs: 1, maxAttempts: 50 };
  outbox = createOutbox({ database, channels, files, retry, count: () => {}, log: silentLog });
});
afterAll(async () => {
  await owner.end();
  await database.stop();
  await testDatabase.drop();
  await stage.stop();
});

function unused(): never {
  throw new Error("no file is sent here");
}

/** A conversation of its own whose lease is ours. */
async function aLease(): Promise<Lease> {
  const [installation, contact, conversation] = [randomUUID(), randomUUID(), randomUUID()];
  await owner.query(
    `WITH i AS (INSERT INTO installations (company_id, id, channel, external_id) VALUES ('${tenantId}', '${installation}', 'teams', '${installation}')),
       u AS (INSERT INTO contacts (company_id, id, installation_id, external_id) VALUES ('${tenantId}', '${contact}', '${installation}', 'U1'))
     INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience, lease_token)
     VALUES ('${tenantId}', '${conversation}', '${installation}', '${contact}', 'teams', '${conversation}', 's', 't', 'public', '${randomUUID()}')`,
  );
  const { rows } = await owner.query<{ token: string }>(
    "SELECT lease_token::text AS token FROM conversations WHERE id = $1",
    [conversation],
  );
  return {
    tenantId,
    conversationId: parseId<ConversationId>(conversation),
    token: rows[0]?.token ?? "",
    epoch: 0,
    signal: new AbortController().signal,
    check: () => {},
  };
}

async function aNotice({ conversationId }: Lease, body: string): Promise<DeliveryId> {
  const id = parseId<DeliveryId>(randomUUID());
  await owner.query(
    `INSERT INTO deliveries (company_id, id, conversation_id, seq, kind, body, correlation_id)
     VALUES ($1, $2, $3, 1000, 'notice', $4, 'c')`,
    [tenantId, id, conversationId, sealReply(seal, { body })],
  );
  return id;
}

/** The delivery as the next worker finds it; undefined once it is done. */
async function find(id: DeliveryId): Promise<Delivery | undefined> {
  const { rows } = await owner.query<{ delivery: unknown }>(
    `SELECT to_json(one) AS delivery FROM (SELECT ${deliveryColumns} FROM deliveries d
     WHERE id = $1 AND state IN ('pending', 'sending')) one`,
    [id],
  );
  return rows[0] && parseDelivery(rows[0].delivery, seal);
}

/** A thread of its own. */
function aThread(): Target {
  const { teams } = stage;
  const said = teams.userSays({ user: "Ana", conversation: "#Helpdesk", text: "hello", mentionsBot: true });
  const [space = "", thread = ""] = said.conversation.split(";messageid=");
  return { installation: teams.app.tenantId, place: { space, thread, audience: "public" } };
}

const wordsIn = (text: string) => text.match(/word\d+/g);

it("loses and doubles nothing of a long notice, wherever a platform that cannot be asked limits it", async () => {
  const places = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 4 });
  const words = Array.from({ length: 7_000 }, (_, index) => `word${index}`);
  await fc.assert(
    fc.asyncProperty(places, async (limitedAfter) => {
      const lease = await aLease();
      const target = aThread();
      const id = await aNotice(lease, words.join(" "));
      const limited = { kind: "rate_limit", retryAfterSeconds: 1 } as const;
      for (const skip of limitedAfter)
        stage.teams.faults.api({ operation: "message.create", skip, times: 1, do: limited });
      for (let delivery = await find(id), tries = 0; delivery !== undefined; delivery = await find(id)) {
        expect((tries += 1)).toBeLessThan(20);
        const outcome = await outbox.put(lease, { channel: stage.channel, target }, delivery);
        if (outcome !== undefined) await database.statement(tenantId, storeOutcomes(tenantId, [outcome]));
      }
      const standing = stage.teams.botReplies(target.place.space, target.place.thread);
      expect(standing.length).toBeGreaterThan(2);
      expect(standing.flatMap(({ text }) => wordsIn(text) ?? [])).toEqual(words);
    }),
    { numRuns: 5 },
  );
});
