import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseId, type TenantId } from "../../src/core/ids.ts";
import { parseMasterKey, readMasterKey } from "../../src/store/master-key.ts";
import { createSealer, type Sealer } from "../../src/store/seal.ts";

const aTenant = (): TenantId => parseId<TenantId>(randomUUID());

function aStore() {
  const keys = new Map<TenantId, Buffer>();
  return {
    keys,
    loadDataKey: async (tenant: TenantId) => keys.get(tenant),
    saveDataKey: async (tenant: TenantId, wrapped: Buffer, expected: Buffer | undefined) => {
      const stored = keys.get(tenant);
      const isExpected = expected === undefined ? stored === undefined : stored?.equals(expected) === true;
      if (isExpected) keys.set(tenant, wrapped);
      return keys.get(tenant) ?? wrapped;
    },
  };
}

const aSealer = (store = aStore(), masterKey = randomBytes(32)): Sealer =>
  createSealer({ masterKey, ...store });

test("opens what it sealed, any text, and never shows it", async () => {
  const seal = await aSealer().forTenant(aTenant());
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const sealed = seal.seal("message", text);
      expect(seal.open("message", sealed)).toBe(text);
      if (text.length > 8) expect(sealed.includes(Buffer.from(text))).toBe(false);
    }),
  );
});

test("opens nothing that was swapped between tenants, swapped between purposes, or changed by one bit", async () => {
  const sealer = aSealer();
  const [mine, theirs] = await Promise.all([sealer.forTenant(aTenant()), sealer.forTenant(aTenant())]);
  const sealed = mine.seal("credentials", "xoxb-secret");
  expect(() => theirs.open("credentials", sealed)).toThrow("not sealed for this tenant");
  expect(() => mine.open("message", sealed)).toThrow("not sealed for this tenant");
  for (let byte = 0; byte < sealed.length; byte += 1) {
    const changed = Buffer.from(sealed);
    changed[byte] = (changed[byte] ?? 0) ^ 1;
    expect(() => mine.open("credentials", changed)).toThrow("seal: ");
  }
  expect(() => mine.open("credentials", sealed.subarray(0, 20))).toThrow("not a sealed value");
});

test("a wrapped data key of one tenant serves no other", async () => {
  const store = aStore();
  const masterKey = randomBytes(32);
  const [mine, theirs] = [aTenant(), aTenant()];
  await createSealer({ masterKey, ...store }).forTenant(mine);
  store.keys.set(theirs, store.keys.get(mine) ?? Buffer.alloc(0));
  await expect(createSealer({ masterKey, ...store }).forTenant(theirs)).rejects.toThrow(
    "not sealed for this tenant",
  );
});

test("two processes that make a tenant's first key at once end up with the same one", async () => {
  const store = aStore();
  const masterKey = randomBytes(32);
  const tenant = aTenant();
  const seals = await Promise.all(
    [1, 2, 3].map(() => createSealer({ masterKey, ...store }).forTenant(tenant)),
  );
  const sealed = seals[0]?.seal("message", "hello") ?? Buffer.alloc(0);
  for (const seal of seals) expect(seal.open("message", sealed)).toBe("hello");
});

test("reads on after a rotation, wraps anew, and then needs the old master key no more", async () => {
  const store = aStore();
  const [old, young] = [randomBytes(32), randomBytes(32)];
  const tenant = aTenant();
  const sealed = (await createSealer({ masterKey: old, ...store }).forTenant(tenant)).seal(
    "message",
    "from before",
  );
  await expect(createSealer({ masterKey: young, ...store }).forTenant(tenant)).rejects.toThrow(
    "BATON_MASTER_KEY_PREVIOUS",
  );
  const rotating = await createSealer({ masterKey: young, previousMasterKey: old, ...store }).forTenant(
    tenant,
  );
  expect(rotating.open("message", sealed)).toBe("from before");
  expect((await createSealer({ masterKey: young, ...store }).forTenant(tenant)).open("message", sealed)).toBe(
    "from before",
  );
});

test("a failed load of a key is not remembered", async () => {
  const store = aStore();
  let fails = true;
  const loadDataKey = async (tenant: TenantId): Promise<Buffer | undefined> => {
    if (fails) throw new Error("database away");
    return store.loadDataKey(tenant);
  };
  const sealer = createSealer({ masterKey: randomBytes(32), ...store, loadDataKey });
  const tenant = aTenant();
  await expect(sealer.forTenant(tenant)).rejects.toThrow("database away");
  fails = false;
  expect((await sealer.forTenant(tenant)).seal("m", "x").length).toBeGreaterThan(0);
});

test("a master key is 32 bytes in base64 or hex, and the refusal tells how to make one", () => {
  const key = randomBytes(32);
  expect(parseMasterKey(key.toString("base64"), "K")).toEqual(key);
  expect(parseMasterKey(`${key.toString("hex")}\n`, "K")).toEqual(key);
  for (const wrong of ["", "short", randomBytes(16).toString("hex"), "x".repeat(64)]) {
    expect(() => parseMasterKey(wrong, "BATON_MASTER_KEY")).toThrow("openssl rand -base64 32");
  }
});

test("embedded mode makes its master key once, for its owner only; server mode asks for one", async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "baton-key-"));
  const made = await Promise.all([1, 2, 3].map(() => readMasterKey({ setting: undefined, dataDir })));
  expect(await readMasterKey({ setting: undefined, dataDir })).toEqual(made[0]);
  expect((await stat(path.join(dataDir, "master.key"))).mode & 0o777).toBe(0o600);
  await expect(readMasterKey({ setting: undefined, dataDir: undefined })).rejects.toThrow(
    "openssl rand -base64 32",
  );
  await rm(dataDir, { recursive: true });
});
