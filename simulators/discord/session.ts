import { randomBytes } from "node:crypto";

/** An event as it stands on the wire. */
export interface Payload {
  readonly op: 0;
  readonly t: string;
  readonly s: number;
  readonly d: unknown;
}

/** The line a session speaks on while it has one. */
interface Line {
  send(payload: Payload): void;
  close(code: number, reason?: string): void;
}

/** A logical session: it outlives its connections and keeps what they missed. */
export class Session {
  readonly id = randomBytes(16).toString("hex");
  readonly shard: readonly [number, number];
  readonly intents: number;
  connection: Line | undefined;
  lostAt: number | undefined;
  s = 0;
  readonly #kept: Payload[] = [];
  readonly #limit: () => number;

  constructor(shard: readonly [number, number], intents: number, limit: () => number) {
    this.shard = shard;
    this.intents = intents;
    this.#limit = limit;
  }

  /** Numbers an event and keeps it for a RESUME. */
  next(t: string, d: unknown): Payload {
    const payload: Payload = { op: 0, t, s: (this.s += 1), d };
    this.#kept.push(payload);
    if (this.#kept.length > this.#limit()) this.#kept.shift();
    return payload;
  }

  /** What came after `s`, in order; undefined when some of it is forgotten. */
  after(s: number): Payload[] | undefined {
    const first = this.#kept[0]?.s ?? this.s + 1;
    if (s + 1 < first) return undefined;
    return this.#kept.filter((payload) => payload.s > s);
  }

  /** Events of this guild, or without one, belong to this session's shard. */
  carries(guildId: string | undefined): boolean {
    const [id, count] = this.shard;
    return guildId === undefined ? id === 0 : Number((BigInt(guildId) >> 22n) % BigInt(count)) === id;
  }
}

/** The shard an IDENTIFY asks for: the only one, where it names none; undefined for what is no shard. */
export function toShard(value: unknown): readonly [number, number] | undefined {
  if (value === undefined) return [0, 1];
  if (!Array.isArray(value)) return undefined;
  const [id, count] = value as unknown[];
  const isRight =
    typeof id === "number" && typeof count === "number" && Number.isInteger(id) && id >= 0 && id < count;
  return isRight ? [id, count] : undefined;
}
