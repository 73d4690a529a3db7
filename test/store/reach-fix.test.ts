import { expect, test } from "vitest";
import { SettingsError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { openStore } from "../../src/store/store.ts";
import { createTestDatabase } from "../support/postgres.ts";

const open = (url: string) =>
  openStore({
    url,
    readUrl: undefined,
    redisUrl: undefined,
    poolSize: 1,
    dataDir: "",
    masterKey: Buffer.alloc(32).toString("base64"),
    previousMasterKey: undefined,
    log: silentLog,
    onProgress: () => {},
  });

test("a start without its database says which setting leads nowhere, and what to do", async () => {
  const start = open("postgres://baton:secret@127.0.0.1:1/baton");
  await expect(start).rejects.toBeInstanceOf(SettingsError);
  await expect(start).rejects.toThrow(
    /DATABASE_URL.*\(ECONNREFUSED\)\. Start PostgreSQL at 127\.0\.0\.1:1, or correct host and port/,
  );
  await expect(start).rejects.not.toThrow(/secret/);
});

test("a start with a database that is not there says how it is made", async () => {
  const { url, drop } = await createTestDatabase({ empty: true });
  const missing = new URL(url);
  missing.pathname = "/nowhere";
  await expect(open(missing.href)).rejects.toThrow(/\(3D000\)\. Create the database: createdb nowhere/);
  await drop();
});
