import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StoodDownError } from "../core/errors.ts";
import type { HeldLease, Leases } from "../core/leases.ts";
import type { Log } from "../core/log.ts";
import type { Database, Query } from "./database.ts";

/** What the leases are kept in. */
export interface LeaseParts {
  readonly database: Pick<Database, "acrossTenants">;
  readonly log: Log;
  /** How long a holder that fell silent keeps a lease, milliseconds; renewed at a third of it. */
  readonly ttlMs?: number | undefined;
}

const defaultTtlMs = 15_000;

/**
 * Leases in PostgreSQL, by its clock, so that the processes' own clocks do not matter. A holder counts its lease as
 * lost when it could not renew it in time, by its own monotonic clock and from when it asked: never later than the
 * database gives it to somebody else.
 */
export function createLeases({ database, log, ttlMs = defaultTtlMs }: LeaseParts): Leases {
  const ask = <Row>(query: Query): Promise<Row[]> => database.acrossTenants((sql) => sql.query<Row>(query));

  async function hold(name: string, signal: AbortSignal): Promise<HeldLease> {
    const holder = randomUUID();
    for (;;) {
      signal.throwIfAborted();
      const askedAt = performance.now();
      const taken = await tryTake(name, holder);
      // An answer that was that long on its way may be of a lease that somebody else has by now: it is asked for again.
      const isLate = performance.now() - askedAt >= ttlMs;
      if (isLate) continue;
      if (taken !== undefined) return keepAlive({ name, holder, askedAt, state: taken.state ?? undefined });
      await sleep(ttlMs / 5, undefined, { signal }).catch(() => {}); // the loop's head says why
    }
  }

  async function tryTake(name: string, holder: string): Promise<{ state: string | null } | undefined> {
    try {
      const [row] = await ask<{ state: string | null }>({
        text: `INSERT INTO leases (name, holder, held_until)
               VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
               WHERE leases.held_until < clock_timestamp() OR leases.holder = excluded.holder
               RETURNING state`,
        values: [name, holder, ttlMs],
      });
      return row;
    } catch (cause) {
      log.warn({ lease: name, err: cause }, "a lease could not be asked for; trying again");
      return undefined;
    }
  }

  function keepAlive(taken: {
    readonly name: string;
    readonly holder: string;
    readonly askedAt: number;
    readonly state: string | undefined;
  }): HeldLease {
    const { name, holder } = taken;
    const losing = new AbortController();
    let isReleased = false;
    let deadline = setTimeout(lose, taken.askedAt + ttlMs - performance.now());
    const beat = setInterval(() => void renew(), ttlMs / 3);

    function lose(): void {
      end();
      if (isReleased || losing.signal.aborted) return;
      log.warn({ lease: name }, "lease lost: another process may hold it now");
      losing.abort(new StoodDownError(`the lease ${name} was lost`));
    }

    function end(): void {
      clearInterval(beat);
      clearTimeout(deadline);
    }

    async function renew(): Promise<void> {
      const askedAt = performance.now();
      const text = `UPDATE leases SET held_until = clock_timestamp() + $3 * interval '1 millisecond'
                    WHERE name = $1 AND holder = $2 RETURNING 1`;
      try {
        const rows = await ask({ text, values: [name, holder, ttlMs] });
        if (isReleased || losing.signal.aborted) return;
        if (rows.length === 0) return lose();
        clearTimeout(deadline);
        deadline = setTimeout(lose, askedAt + ttlMs - performance.now());
      } catch (cause) {
        log.warn({ lease: name, err: cause }, "a lease could not be renewed yet");
      }
    }

    async function keep(state: string): Promise<void> {
      losing.signal.throwIfAborted();
      const text = "UPDATE leases SET state = $3 WHERE name = $1 AND holder = $2 RETURNING 1";
      const rows = await ask({ text, values: [name, holder, state] });
      if (rows.length > 0) return;
      lose();
      throw new StoodDownError(`the lease ${name} is no longer ours`);
    }

    async function release(): Promise<void> {
      if (isReleased) return;
      isReleased = true;
      end();
      const text = "UPDATE leases SET held_until = '-infinity' WHERE name = $1 AND holder = $2";
      await ask({ text, values: [name, holder] }).catch((cause: unknown) => {
        log.warn({ lease: name, err: cause }, "a lease could not be given back; it runs out by itself");
      });
    }

    return { lost: losing.signal, state: taken.state, keep, release };
  }

  return { hold };
}
