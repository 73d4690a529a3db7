import { randomUUID } from "node:crypto";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { createDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { findPostgresHome, spawnPostgres } from "../../src/store/postgres-process.ts";

const run = promisify(execFile);
const folder = "/usr/lib/postgresql/15/bin";
const programs = { initdb: path.join(folder, "initdb"), postgres: path.join(folder, "postgres") };
const migrations = path.join(import.meta.dirname, "../../src/store/migrations");

// The oldest server Baton supports comes with Debian, not with npm: where it is missing there is nothing to run against.
describe.skipIf(!existsSync(programs.postgres))("the oldest PostgreSQL that is supported, 15", () => {
  let base: string;
  let url: string;
  let pid = 0;

  beforeAll(async () => {
    base = await mkdtemp(path.join(os.tmpdir(), "baton-pg15-"));
    const { user } = await findPostgresHome(path.join(base, "home"), silentLog);
    const home = { ...programs, major: "15", user };
    const data = path.join(base, "data");
    await mkdir(data, { mode: 0o700 });
    if (user !== undefined) for (const dir of [base, data]) await chown(dir, user.uid, user.gid);
    await run(
      programs.initdb,
      [`--pgdata=${data}`, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"],
      {
        ...user,
        cwd: "/",
      },
    );
    const port = await freePort();
    const server = await spawnPostgres(home, { data, port, logFile: path.join(base, "log") });
    pid = server.pid;
    url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    await untilItAnswers(url);
  }, 60_000);

  afterAll(async () => {
    if (pid > 0) process.kill(pid, "SIGQUIT");
    await rm(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  it("takes the whole schema, twice, and keeps tenants apart", async () => {
    expect((await migrate({ ownerUrl: url, folder: migrations })).applied).toBeGreaterThan(0);
    expect((await migrate({ ownerUrl: url, folder: migrations })).applied).toBe(0);
    const database = createDatabase({ url, poolSize: 2, log: silentLog });
    const [one, two] = [randomUUID() as TenantId, randomUUID() as TenantId];
    for (const [index, id] of [one, two].entries())
      await database.statement(id, {
        text: "INSERT INTO companies (id, slug, name) VALUES ($1, $2, $2)",
        values: [id, `tenant-${index}`],
      });
    expect(await database.statement(one, { text: "SELECT slug FROM companies" })).toEqual([
      { slug: "tenant-0" },
    ]);
    await database.stop();
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.end();
    } catch (cause) {
      if (attempt > 200) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
