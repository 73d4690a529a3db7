import { importJWK, type CryptoKey } from "jose";
import { TransientError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { readBounded } from "../kit/fetch-file.ts";
import { isFields, listAt, textAt, textsAt, type Fields } from "../kit/fields.ts";

/** A key that signs tokens, and the channels it may sign for. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly endorsements: readonly string[];
}

/** The keys Microsoft signs with at present. */
export interface SigningKeys {
  /**
   * The key of that id. When it is not known the list is fetched again, at most once a minute: undefined when there
   * is none in a list fetched after the question. Throws TransientError while that cannot be said: the key may be
   * newer than the list known, or no list could be fetched at all.
   */
  find(kid: string): Promise<SigningKey | undefined>;
}

/** The code of the failure that says: this key may be newer than the list known. */
export const unknownKey = "unknown_key";

interface KeysParts {
  readonly openIdUrl: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const maxAgeMs = 24 * 60 * 60_000;
const refreshEveryMs = 60_000;
/** While nothing is known, a failed fetch is repeated no sooner. */
const firstRetryMs = 2_000;
const timeoutMs = 5_000;
const maxBytes = 512 * 1024;

/** Fetches the keys when the first token comes, keeps them for a day, and longer while they cannot be fetched. */
export function createSigningKeys({ openIdUrl, log, now }: KeysParts): SigningKeys {
  let keys: ReadonlyMap<string, SigningKey> | undefined;
  let fetchedAt = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let askedForUnknownAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  async function find(kid: string): Promise<SigningKey | undefined> {
    if (keys === undefined) await fetchFirst();
    else if (now() - fetchedAt > maxAgeMs && now() - failedAt > refreshEveryMs) void tryRefresh();
    const known = keys?.get(kid);
    if (known !== undefined) return known;
    const isUpToDate = await lookAgain();
    const found = keys?.get(kid);
    if (found === undefined && !isUpToDate)
      throw new TransientError("teams: a key that may be newer than the list known", { code: unknownKey });
    return found;
  }

  /** True when the list is one fetched after this was asked. */
  async function lookAgain(): Promise<boolean> {
    if (fetching !== undefined) {
      // Whoever came with the same new key at the same time waits for the one fetch, which may have begun too early.
      await fetching.catch(() => {});
      return false;
    }
    if (now() - askedForUnknownAt < refreshEveryMs) return false;
    askedForUnknownAt = now();
    return tryRefresh();
  }

  async function fetchFirst(): Promise<void> {
    if (fetching === undefined && now() - failedAt < firstRetryMs) throw unknownKeys();
    await refresh().catch((cause: unknown) => {
      throw unknownKeys(cause);
    });
  }

  async function tryRefresh(): Promise<boolean> {
    try {
      await refresh();
      return true;
    } catch (cause) {
      log.warn({ err: cause }, "teams signing keys not refreshed, going on with those known");
      return false;
    }
  }

  function refresh(): Promise<void> {
    fetching ??= fetchKeys(openIdUrl)
      .then((found) => {
        keys = found;
        fetchedAt = now();
      })
      .catch((cause: unknown) => {
        failedAt = now();
        throw cause;
      })
      .finally(() => (fetching = undefined));
    return fetching;
  }

  return { find };
}

function unknownKeys(cause?: unknown): TransientError {
  return new TransientError("teams: the signing keys cannot be fetched", { cause, code: "no_keys" });
}

async function fetchKeys(openIdUrl: string): Promise<ReadonlyMap<string, SigningKey>> {
  const metadata = await getJson(new URL(openIdUrl));
  const address = URL.parse(textAt(metadata, "jwks_uri") ?? "");
  // Keys from anywhere else than where the metadata came from would be anybody's.
  if (address === null || address.origin !== new URL(openIdUrl).origin)
    throw new Error("the OpenID metadata names no keys of its own host");
  const found = new Map<string, SigningKey>();
  for (const jwk of listAt(await getJson(address), "keys")) {
    const kid = textAt(jwk, "kid");
    const key = await toKey(jwk);
    if (kid !== undefined && key !== undefined)
      found.set(kid, { key, endorsements: textsAt(jwk, "endorsements") });
  }
  if (found.size === 0) throw new Error("the key set holds no usable key");
  return found;
}

async function toKey(jwk: Fields): Promise<CryptoKey | undefined> {
  const n = textAt(jwk, "n");
  const e = textAt(jwk, "e");
  if (textAt(jwk, "kty") !== "RSA" || n === undefined || e === undefined) return undefined;
  const key = await importJWK({ kty: "RSA", n, e, alg: "RS256" }, "RS256");
  return key instanceof Uint8Array ? undefined : key;
}

async function getJson(url: URL): Promise<Fields> {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}`);
  }
  const value: unknown = JSON.parse((await readBounded(response, maxBytes, "teams")).toString("utf8"));
  return isFields(value) ? value : {};
}
