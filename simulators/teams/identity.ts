import { generateKeyPairSync } from "node:crypto";
import type { KeyObject, KeyPairKeyObjectResult } from "node:crypto";

/** A signing key with what is published of it. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The channels it may speak for; left out where the document has no such list. */
  readonly endorsements?: readonly string[];
}

/** What the bot fetched, and what it gets. Counters only grow until `reset()`. */
export interface OpenIdState {
  readonly metadataFetches: number;
  readonly keysFetches: number;
  readonly emulatorFetches: number;
  /** The key that signs at present. */
  readonly kid: string;
  /** `down` answers 503 to metadata and keys alike. */
  status: "up" | "down";
  /** How long both documents take. */
  delayMs: number;
}

const msteamsEndorsements = ["msteams", "skype", "cortana", "email", "bing", "skypeforbusiness"] as const;

/** The Bot Framework's signing keys, and those of the login service. Made at the start, never written down. */
export class Identity implements OpenIdState {
  metadataFetches = 0;
  keysFetches = 0;
  emulatorFetches = 0;
  status: "up" | "down" = "up";
  delayMs = 0;
  #signing: SigningKey[] = [];
  #rotations = 1;

  /** The first key is made when it is first needed: a start need not wait for it. */
  get #keys(): SigningKey[] {
    if (this.#signing.length === 0) this.#signing.push(createKey("msteams-1", msteamsEndorsements));
    return this.#signing;
  }

  /** Signs for other channels only; part of the published set, as on the platform. */
  get otherChannels(): SigningKey {
    return createKey("other-channels-1", ["webchat", "directline"]);
  }

  /** In the set, but without any endorsement. */
  get unendorsed(): SigningKey {
    return createKey("unendorsed-1");
  }

  /** In no set. */
  get unpublished(): SigningKey {
    return createKey("unpublished-1", msteamsEndorsements);
  }

  /** Signs the tokens of the login service: those the bot gets, and those of the emulator and of skills. */
  get login(): SigningKey {
    return createKey("login-1");
  }

  get current(): SigningKey {
    const key = this.#keys.at(-1);
    if (key === undefined) throw new Error("teams simulator: there is no signing key");
    return key;
  }

  get kid(): string {
    return this.current.kid;
  }

  rotate(keepOld: boolean): void {
    const key = createKey(`msteams-${(this.#rotations += 1)}`, msteamsEndorsements);
    this.#signing = keepOld ? [...this.#keys, key] : [key];
  }

  published(): Record<string, unknown> {
    return { keys: [...this.#keys, this.otherChannels, this.unendorsed].map(toJwk) };
  }

  publishedLogin(): Record<string, unknown> {
    return { keys: [toJwk(this.login)] };
  }

  resetCounters(): void {
    this.metadataFetches = 0;
    this.keysFetches = 0;
    this.emulatorFetches = 0;
  }
}

// Making a key takes a busy machine half a second: a process makes each of them once, when it is first asked for.
const pairs = new Map<string, KeyPairKeyObjectResult>();

function createKey(kid: string, endorsements?: readonly string[]): SigningKey {
  const pair = pairs.get(kid) ?? generateKeyPairSync("rsa", { modulusLength: 2048 });
  pairs.set(kid, pair);
  return { kid, ...pair, ...(endorsements === undefined ? {} : { endorsements }) };
}

function toJwk(key: SigningKey): Record<string, unknown> {
  const { n, e } = key.publicKey.export({ format: "jwk" });
  return {
    kty: "RSA",
    use: "sig",
    kid: key.kid,
    x5t: key.kid,
    n,
    e,
    ...(key.endorsements === undefined ? {} : { endorsements: key.endorsements }),
  };
}
