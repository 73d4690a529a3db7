import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  randomBytes,
  randomFillSync,
  type KeyObject,
} from "node:crypto";
import { LRUCache } from "lru-cache";
import type { TenantId } from "../core/ids.ts";
import { SettingsError } from "../core/errors.ts";

/**
 * Encrypts one tenant's texts. `purpose` names what is sealed, e.g. `message.body`: what was sealed for one tenant
 * and purpose opens for no other.
 */
export interface TenantSeal {
  seal(purpose: string, text: string): Buffer;
  /** Throws on anything that was not sealed for this tenant and purpose, or was changed. */
  open(purpose: string, sealed: Uint8Array): string;
}

/** Lends the seals of tenants; their keys stay in memory, the most recently used ones. */
export interface Sealer {
  /** Loads the tenant's data key on first use, making one for a tenant that has none. */
  forTenant(tenantId: TenantId): Promise<TenantSeal>;
  /** Forgets a key, after the tenant was erased. */
  forget(tenantId: TenantId): void;
}

/** What a sealer needs: the master keys and where wrapped data keys live. */
export interface SealerParts {
  readonly masterKey: Buffer;
  /** The key before the last rotation: still unwraps; whatever it unwraps is wrapped anew. */
  readonly previousMasterKey?: Buffer | undefined;
  loadDataKey(tenantId: TenantId): Promise<Buffer | undefined>;
  /**
   * Stores a wrapped key if the stored one is still `expected` (undefined: none yet) and
   * resolves with what is stored afterwards, so that of two makers one wins.
   */
  saveDataKey(tenantId: TenantId, wrapped: Buffer, expected: Buffer | undefined): Promise<Buffer>;
  /** Keys kept in memory at most. */
  readonly cacheSize?: number | undefined;
}

// version (1) · iv (12) · tag (16) · ciphertext
const version = 1;
const ivBytes = 12;
const tagBytes = 16;
// a wrapped key: version (1) · id of the master key (4) · sealed key
const wrappedVersion = 1;
const keyIdBytes = 4;

/** AES-256-GCM under a data key per tenant, each wrapped by the master key. */
export function createSealer(parts: SealerParts): Sealer {
  const newest = toMasterKey(parts.masterKey);
  const known =
    parts.previousMasterKey === undefined ? [newest] : [newest, toMasterKey(parts.previousMasterKey)];
  const cache = new LRUCache<TenantId, Promise<TenantSeal>>({ max: parts.cacheSize ?? 1_000 });

  async function load(tenantId: TenantId): Promise<TenantSeal> {
    const stored = await parts.loadDataKey(tenantId);
    if (stored === undefined) {
      const wrapped = wrap(newest, tenantId, randomBytes(32));
      return toTenantSeal(
        tenantId,
        unwrap(known, tenantId, await parts.saveDataKey(tenantId, wrapped, undefined)).key,
      );
    }
    const { key, master } = unwrap(known, tenantId, stored);
    if (master !== newest) await parts.saveDataKey(tenantId, wrap(newest, tenantId, key), stored);
    return toTenantSeal(tenantId, key);
  }

  return {
    forTenant: (tenantId) => {
      const cached = cache.get(tenantId);
      if (cached !== undefined) return cached;
      const loading = load(tenantId);
      cache.set(tenantId, loading);
      loading.catch(() => cache.delete(tenantId));
      return loading;
    },
    forget: (tenantId) => void cache.delete(tenantId),
  };
}

function toTenantSeal(tenantId: TenantId, bytes: Buffer): TenantSeal {
  // A key object is set up once; the bytes would be on every call.
  const key = createSecretKey(bytes);
  const aads = new Map<string, Buffer>();
  const aadFor = (purpose: string): Buffer => {
    const known = aads.get(purpose) ?? aadOf(tenantId, purpose);
    if (aads.size < 100) aads.set(purpose, known);
    return known;
  };
  return {
    seal: (purpose, text) => sealBytes(key, aadFor(purpose), Buffer.from(text, "utf8")),
    open: (purpose, sealed) => openBytes(key, aadFor(purpose), toBuffer(sealed)).toString("utf8"),
  };
}

// Asking for randomness costs more than sealing a message, so it is asked for in bulk. Each part is handed out once.
const ivPool = Buffer.alloc(ivBytes * 256);
let ivPosition = ivPool.length;

function takeIv(): Buffer {
  if (ivPosition === ivPool.length) {
    randomFillSync(ivPool);
    ivPosition = 0;
  }
  const iv = Buffer.from(ivPool.subarray(ivPosition, ivPosition + ivBytes));
  ivPosition += ivBytes;
  return iv;
}

function sealBytes(key: Buffer | KeyObject, aad: Buffer, plain: Buffer): Buffer {
  const iv = takeIv();
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: tagBytes }).setAAD(aad);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), body]);
}

function openBytes(key: Buffer | KeyObject, aad: Buffer, sealed: Buffer): Buffer {
  if (sealed[0] !== version || sealed.length < 1 + ivBytes + tagBytes)
    throw new Error("seal: not a sealed value of a known version");
  const iv = sealed.subarray(1, 1 + ivBytes);
  const tag = sealed.subarray(1 + ivBytes, 1 + ivBytes + tagBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: tagBytes })
    .setAAD(aad)
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + ivBytes + tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new Error("seal: the value was not sealed for this tenant and purpose, or it was changed", {
      cause,
    });
  }
}

interface MasterKey {
  readonly id: Buffer;
  readonly key: Buffer;
}

function toMasterKey(key: Buffer): MasterKey {
  if (key.length !== 32) throw new SettingsError("master key: expected 32 bytes");
  return {
    key,
    id: createHash("sha256").update("baton master key id").update(key).digest().subarray(0, keyIdBytes),
  };
}

function wrap(master: MasterKey, tenantId: TenantId, key: Buffer): Buffer {
  return Buffer.concat([
    Buffer.of(wrappedVersion),
    master.id,
    sealBytes(master.key, aadOf(tenantId, "data key"), key),
  ]);
}

function unwrap(
  known: readonly MasterKey[],
  tenantId: TenantId,
  wrapped: Buffer,
): { key: Buffer; master: MasterKey } {
  const id = wrapped.subarray(1, 1 + keyIdBytes);
  const master = known.find((candidate) => candidate.id.equals(id));
  if (wrapped[0] !== wrappedVersion || master === undefined) {
    throw new SettingsError(
      "master key: a tenant's data key was wrapped by another master key. " +
        "Set BATON_MASTER_KEY to the key the data was written with, or give that one as BATON_MASTER_KEY_PREVIOUS.",
    );
  }
  return {
    key: openBytes(master.key, aadOf(tenantId, "data key"), wrapped.subarray(1 + keyIdBytes)),
    master,
  };
}

// The length keeps ("a", "bc") and ("ab", "c") apart.
function aadOf(tenantId: TenantId, purpose: string): Buffer {
  return Buffer.from(`${tenantId.length}:${tenantId}:${purpose}`, "utf8");
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
