import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parseId, type ConversationId, type TenantId, type TurnId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import type { ReplyFile } from "../../src/core/reply.ts";
import { createFileTickets } from "../../src/outbox/file-tickets.ts";
import { createReplyFiles, type FileOwner, type ReplyFiles } from "../../src/outbox/reply-files.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { createSealer } from "../../src/store/seal.ts";
import { createCompanies, dataKeysIn } from "../../src/tenants/companies.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const masterKey = randomBytes(32);
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
let testDatabase: TestDatabase;
let database: Database;
let owner: pg.Client;
let files: ReplyFiles;
let tenants: [TenantId, TenantId];
let now = Date.now();

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 3, log: silentLog });
  owner = new pg.Client({ connectionString: testDatabase.url });
  await owner.connect();
  const companies = createCompanies({ database, fast: createMemoryFastState() });
  const ensure = (slug: string) => companies.ensure({ slug, name: slug, tier: "pro", persona: "" });
  tenants = [await ensure("one"), await ensure("two")];
  const sealer = createSealer({ masterKey, ...dataKeysIn(database) });
  const tickets = createFileTickets({ masterKeys: [masterKey], now: () => now });
  const publicUrl = "https://baton.example.com/";
  files = createReplyFiles({
    database,
    sealer,
    tickets,
    publicUrl,
    limits: { maxBytes: 1_000, maxFiles: 3 },
  });
});
afterAll(async () => {
  await owner.end();
  await database.stop();
  await testDatabase.drop();
});
beforeEach(() => {
  now = Date.now();
});

/** A turn of a conversation of its own. */
async function aTurn(channel = "slack", tenantId = tenants[0]): Promise<FileOwner> {
  const [installation, contact, conversation] = [randomUUID(), randomUUID(), randomUUID()];
  await owner.query(
    `WITH i AS (INSERT INTO installations (company_id, id, channel, external_id) VALUES ('${tenantId}', '${installation}', '${channel}', '${installation}')),
       u AS (INSERT INTO contacts (company_id, id, installation_id, external_id) VALUES ('${tenantId}', '${contact}', '${installation}', 'U1'))
     INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience)
     VALUES ('${tenantId}', '${conversation}', '${installation}', '${contact}', '${channel}', '${conversation}', 's', 't', 'direct')`,
  );
  const conversationId = parseId<ConversationId>(conversation);
  return { tenantId, conversationId, turnId: parseId<TurnId>(randomUUID()) };
}

const text = (content: string, name = "a.csv") => ({
  name,
  mimeType: "text/csv",
  bytes: Buffer.from(content),
});
const namesOf = (all: readonly ReplyFile[]) => all.map(({ name }) => name);

async function theFile(turn: FileOwner): Promise<ReplyFile> {
  const [file] = await files.ofTurn(turn.tenantId, turn.turnId);
  if (file === undefined) throw new Error("the turn has no file");
  return file;
}

test("what a tool attached is on its turn's answer, byte for byte, with the type its bytes have", async () => {
  const turn = await aTurn();
  await files
    .of(turn)
    .attach("call", { name: "../chart.exe", mimeType: "application/x-msdownload", bytes: png });
  await files
    .of(turn)
    .attach("call", { name: "page.html", mimeType: "text/html", bytes: Buffer.from("<b>hi</b>") });
  const all = await files.ofTurn(turn.tenantId, turn.turnId);
  expect(all).toMatchObject([
    { name: "chart.exe", mimeType: "image/png", bytes: png.length },
    { name: "page.html", mimeType: "text/plain" },
  ]);
  expect(await files.desk(turn.tenantId).read(await theFile(turn))).toEqual(png);
});

test("a repeated call attaches once, also two at the same time, and another call's file of that name is another", async () => {
  const turn = await aTurn();
  const { attach } = files.of(turn);
  await Promise.all([attach("call 1", text("x")), attach("call 1", text("x"))]);
  await attach("call 1", text("x"));
  await attach("call 2", text("x"));
  expect(namesOf(await files.ofTurn(turn.tenantId, turn.turnId))).toEqual(["a.csv", "a.csv"]);
});

test("a call that failed leaves none of its files, and all of the others'", async () => {
  const turn = await aTurn();
  const { attach, discard } = files.of(turn);
  await attach("good", text("x", "good.csv"));
  await attach("bad", text("y", "bad.csv"));
  await discard("bad");
  expect(namesOf(await files.ofTurn(turn.tenantId, turn.turnId))).toEqual(["good.csv"]);
});

test("what is empty, too large or one too many is refused in words", async () => {
  const turn = await aTurn();
  const { attach } = files.of(turn);
  await expect(attach("call", text(""))).rejects.toThrow("a.csv is empty");
  await expect(attach("call", text("x".repeat(1_001)))).rejects.toThrow("larger than 1000 bytes");
  for (const name of ["1", "2", "3"]) await attach("call", text("x", name));
  await expect(attach("call", text("x", "4"))).rejects.toThrow("3 files at most");
  await attach("call", text("x", "2"));
  expect(namesOf(await files.ofTurn(turn.tenantId, turn.turnId))).toEqual(["1", "2", "3"]);
});

test("names and bytes are ciphertext in the database", async () => {
  const turn = await aTurn();
  await files.of(turn).attach("call", text("customer;secret", "secret-name.csv"));
  const { rows } = await owner.query("SELECT * FROM reply_files WHERE turn_id = $1", [turn.turnId]);
  const dump = JSON.stringify(rows.map((row: object) => Object.values(row).map(String)));
  expect(dump).not.toMatch(/secret|text\/csv/);
});

test("another company and another conversation find nothing", async () => {
  const [turn, elsewhere] = [await aTurn("web"), await aTurn("web")];
  await files.of(turn).attach("call", text("x"));
  const file = await theFile(turn);
  await expect(files.desk(tenants[1]).read(file)).rejects.toMatchObject({ code: "file_gone" });
  expect(await files.readIn({ ...turn, tenantId: tenants[1] }, file.id)).toBeUndefined();
  expect(await files.readIn(elsewhere, file.id)).toBeUndefined();
  expect(await files.readIn(turn, "'; DROP TABLE")).toBeUndefined();
  expect((await files.readIn(turn, file.id))?.content.toString()).toBe("x");
});

test("a ticket opens its file for a week, and a changed one nothing", async () => {
  const turn = await aTurn();
  await files.of(turn).attach("call", text("x"));
  const file = await theFile(turn);
  const desk = files.desk(turn.tenantId);
  const ticket = desk.ticket(file);
  expect(desk.link(file)).toBe(`https://baton.example.com/files/${ticket}`);
  expect(await files.open(ticket)).toMatchObject({ name: "a.csv", content: Buffer.from("x") });
  const otherTenants = files.desk(tenants[1]).ticket(file);
  expect(await files.open(otherTenants)).toBeUndefined();
  now += 7 * 24 * 3_600_000 + 1_000;
  expect(await files.open(ticket)).toBeUndefined();
});

test("no change of any letter of a ticket goes unnoticed, and no text is taken for one", () => {
  const tickets = createFileTickets({ masterKeys: [masterKey] });
  const claims = { tenantId: tenants[0], fileId: randomUUID() };
  const ticket = tickets.sign(claims);
  expect(tickets.read(ticket)).toEqual(claims);
  expect(createFileTickets({ masterKeys: [randomBytes(32), masterKey] }).read(ticket)).toEqual(claims);
  expect(createFileTickets({ masterKeys: [randomBytes(32)] }).read(ticket)).toBeUndefined();
  fc.assert(
    fc.property(fc.nat({ max: ticket.length - 1 }), fc.constantFrom(..."AZaz09-_"), (at, letter) => {
      fc.pre(ticket[at] !== letter);
      expect(tickets.read(ticket.slice(0, at) + letter + ticket.slice(at + 1))).toBeUndefined();
    }),
  );
  fc.assert(fc.property(fc.string(), (given) => tickets.read(given) === undefined));
});

test("files are swept once they are old, but not those of visitors of web sites", async () => {
  const [old, fresh, web] = [await aTurn(), await aTurn(), await aTurn("web")];
  for (const turn of [old, fresh, web]) await files.of(turn).attach("call", text("x"));
  await owner.query(
    "UPDATE reply_files SET expires_at = expires_at - interval '15 days' WHERE turn_id = ANY ($1)",
    [[old.turnId, web.turnId]],
  );
  expect(await files.sweep()).toBe(1);
  expect(await files.ofTurn(old.tenantId, old.turnId)).toEqual([]);
  expect(await files.ofTurn(fresh.tenantId, fresh.turnId)).toHaveLength(1);
  expect(await files.ofTurn(web.tenantId, web.turnId)).toHaveLength(1);
});
