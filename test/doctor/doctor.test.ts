import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startOpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { seedTeams } from "../../simulators/slack/seed.ts";
import { startSlackSimulator } from "../../simulators/slack/start-slack-simulator.ts";
import { checkClock } from "../../src/doctor/check-clock.ts";
import { checkStaffGroups } from "../../src/doctor/check-staff-groups.ts";
import { examine, formatFindings } from "../../src/doctor/doctor.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { silentLog } from "../../src/core/log.ts";
import { readSettings } from "../../src/settings.ts";
import { createRedis } from "../../src/store/redis.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { startRedis } from "../support/redis.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "baton-doctor-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function findingsOf(env: Record<string, string>): Promise<(check: string) => Finding | undefined> {
  const findings = await examine(
    readSettings({ BATON_MASTER_KEY: Buffer.alloc(32).toString("base64"), ...env }, folder),
  );
  for (const { state, fix } of findings) expect(fix === undefined).toBe(state === "ok");
  return (check) => findings.find((finding) => finding.check === check);
}

const signing = { SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef" };

describe("doctor", () => {
  test("says of a group of colleagues in a workspace that no file says is the company's", () => {
    const staffFrom = [
      { channel: "slack", workspace: "T1", kind: "usergroup", id: "S1", roles: ["staff"] },
    ] as const;
    const company = { slug: "acme", isDefault: false, installations: [], staffFrom };
    expect(checkStaffGroups([company])).toMatchObject([
      { state: "warning", detail: expect.stringContaining("acme names the group S1 of slack T1") },
    ]);
    const installations = [{ channel: "slack" as const, id: "T1" }];
    expect(checkStaffGroups([{ ...company, installations }])).toMatchObject([{ state: "ok" }]);
    expect(checkStaffGroups([{ ...company, isDefault: true }])).toMatchObject([{ state: "ok" }]);
    expect(checkStaffGroups([{ ...company, staffFrom: [] }])).toEqual([]);
  });

  test("with nothing set finds nothing to mend, and says what is missing", async () => {
    const find = await findingsOf({});
    expect(find("data folder")?.state).toBe("ok");
    expect(find("database")).toMatchObject({ state: "ok", detail: expect.stringContaining("embedded") });
    expect(find("slack")?.fix).toContain("channels/slack/README.md");
    expect(find("models")?.fix).toContain("OPENAI_API_KEY");
  });

  test("a data folder that cannot be written is a failure", async () => {
    writeFileSync(join(folder, "in-the-way"), "");
    const find = await findingsOf({ BATON_DATA_DIR: join(folder, "in-the-way", "data") });
    expect(find("data folder")).toMatchObject({
      state: "failure",
      fix: expect.stringContaining("BATON_DATA_DIR"),
    });
  });

  test("looks at the database's version, schema, rights and clock", async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const find = await findingsOf({ DATABASE_URL: database.url });
    for (const check of ["database", "database schema", "database rights", "clock of the database"]) {
      expect(find(check)?.state, check).toBe("ok");
    }
  });

  test("a database that is not there, or a wrong name, gets the exact remedy and no password", async () => {
    const database = await createTestDatabase({ empty: true });
    onTestFinished(() => database.drop());
    const missing = new URL(database.url);
    missing.pathname = "/nobody_made_it";
    expect((await findingsOf({ DATABASE_URL: missing.href }))("database")).toMatchObject({
      state: "failure",
      fix: "Create the database: createdb nobody_made_it",
    });
    const gone = (await findingsOf({ DATABASE_URL: "postgresql://baton:canary@127.0.0.1:1/baton" }))(
      "database",
    );
    expect(gone).toMatchObject({ state: "failure", detail: "does not answer (ECONNREFUSED)" });
    expect(JSON.stringify(gone)).not.toContain("canary");
    expect((await findingsOf({ DATABASE_URL: database.url }))("database schema")?.detail).toContain(
      "first start",
    );
  });

  test("Redis: policy and persistence, and the command that mends them", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const client = createRedis({ url: redis.url, log: silentLog, subscriber: true });
    onTestFinished(() => client.disconnect());
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    await client.config("SET", "appendonly", "no");
    const bad = (await examine(readSettings({ REDIS_URL: redis.url }, folder))).filter(
      ({ check }) => check === "redis",
    );
    expect(bad.map(({ state }) => state)).toEqual(["failure", "warning"]);
    expect(formatFindings(bad)).toMatch(
      /CONFIG SET maxmemory-policy noeviction[\s\S]*CONFIG SET appendonly yes/,
    );
    await client.config("SET", "maxmemory-policy", "noeviction");
    await client.config("SET", "appendonly", "yes");
    expect((await findingsOf({ REDIS_URL: redis.url }))("redis")).toMatchObject({ state: "ok" });
    expect((await findingsOf({ REDIS_URL: "redis://127.0.0.1:1" }))("redis")).toMatchObject({
      state: "failure",
      detail: "does not answer (ECONNREFUSED)",
    });
  });

  test("Slack: a good token with all scopes is well", async () => {
    const slack = await startSlackSimulator();
    onTestFinished(() => slack.stop());
    const token = slack.installation.botToken;
    const find = await findingsOf({ ...signing, SLACK_BOT_TOKEN: token, SLACK_API_URL: slack.apiUrl });
    expect(find("slack")).toMatchObject({ state: "ok" });
    expect(find("slack scopes")).toMatchObject({ state: "ok" });
    expect(find("clock of Slack")).toMatchObject({ state: "ok" });
    expect(find("slack door")?.fix).toContain("BATON_PUBLIC_URL");
  });

  test("Slack: a token that is refused, and one that lacks scopes", async () => {
    const teams = seedTeams.map((team) =>
      team.bot === undefined ? team : { ...team, bot: { ...team.bot, scopes: ["chat:write"] } },
    );
    const slack = await startSlackSimulator({ teams });
    onTestFinished(() => slack.stop());
    const env = { ...signing, SLACK_API_URL: slack.apiUrl };
    const refused = await findingsOf({ ...env, SLACK_BOT_TOKEN: "xoxb-nobody" });
    expect(refused("slack")).toMatchObject({
      state: "failure",
      detail: expect.stringContaining("invalid_auth"),
    });
    const poor = await findingsOf({ ...env, SLACK_BOT_TOKEN: slack.installation.botToken });
    expect(poor("slack scopes")).toMatchObject({
      state: "failure",
      detail: expect.stringContaining("reactions:write (the receipt"),
      fix: expect.stringContaining("slack:manifest"),
    });
  });

  test("Slack that cannot be reached is told by its host", async () => {
    const slack = await startSlackSimulator();
    await slack.stop();
    const find = await findingsOf({ ...signing, SLACK_BOT_TOKEN: "xoxb-1", SLACK_API_URL: slack.apiUrl });
    expect(find("slack")).toMatchObject({
      state: "failure",
      detail: `127.0.0.1:${new URL(slack.apiUrl).port} cannot be reached (ECONNREFUSED)`,
    });
  });

  test("models: the right key, the wrong key, a model nobody offers, nobody there", async () => {
    const models = await startOpenAiSimulator({ apiKeys: ["sk-right-key"] });
    onTestFinished(() => models.stop());
    const env = { OPENAI_BASE_URL: models.baseURL, OPENAI_API_KEY: "sk-right-key" };
    expect((await findingsOf(env))("models")?.state).toBe("ok");
    expect((await findingsOf({ ...env, OPENAI_API_KEY: "sk-wrong-key" }))("models")).toMatchObject({
      state: "failure",
    });
    expect((await findingsOf({ ...env, OPENAI_MODEL: "gpt-nobody" }))("models")).toMatchObject({
      state: "warning",
      detail: expect.stringContaining("gpt-nobody"),
    });
    expect((await findingsOf({ OPENAI_BASE_URL: "http://127.0.0.1:1/v1" }))("models")?.state).toBe("failure");
  });

  test("the public address has to lead to Baton, not to somebody else", async () => {
    const server = createServer((_request, response) => response.end("welcome to nginx"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const find = await findingsOf({ BATON_PUBLIC_URL: `http://127.0.0.1:${port}` });
    server.close();
    expect(find("public address")).toMatchObject({
      state: "failure",
      detail: expect.stringContaining("something else"),
    });
  });

  test.each([
    [0, "ok"],
    [-4_000, "ok"],
    [30_000, "warning"],
    [-400_000, "failure"],
  ] as const)("a clock %i ms apart is %s (E1)", (apartMs, state) => {
    const ours = new Date("2026-01-01T00:00:00Z");
    expect(checkClock("clock", { ours, theirs: new Date(ours.getTime() - apartMs) }).state).toBe(state);
  });
});
