import type { Count, FastState } from "../../store/fast-state.ts";
import { createSingleFlight } from "../../store/single-flight.ts";

/** Something that is used up: a day's dollars (in millionths) or a person's tokens. Amounts are whole numbers. */
export interface Allowance {
  /** Names it for all processes; holds the tenant's id and the day where it belongs to one. */
  readonly key: string;
  readonly ttlMs: number;
  /** What was used before anybody counted here, from the ledger. */
  load(): Promise<number>;
}

/** What is used and what is held back, with this hold counted in. */
export interface Held {
  readonly used: number;
  readonly total: number;
  /** Changes what is held back; never below what was used. */
  change(amount: number): Promise<void>;
  /** Gives the hold back and counts what was really used. Resolves with what was used before and after. */
  settle(amount: number): Promise<{ readonly before: number; readonly after: number }>;
}

/** Counts allowances across processes. */
export interface Allowances {
  /**
   * Holds an amount back, then reads: of any number of processes that hold at once, the last one to read sees all.
   * A hold that is never settled, because its process died, counts for five to ten minutes.
   */
  hold(allowance: Allowance, amount: number): Promise<Held>;
  used(allowance: Allowance): Promise<number>;
}

// A counter that was lost is told from one that stands at nothing by this, added when it is filled from the ledger.
// Sums stay far below half of it, and it with a thousand fillers at once below what a double holds exactly.
const filled = 2 ** 43;
const slotMs = 5 * 60 * 1000;

export function createAllowances({
  fast,
  now = Date.now,
}: {
  readonly fast: Pick<FastState, "count" | "countAll">;
  readonly now?: () => number;
}): Allowances {
  const fillOnce = createSingleFlight<number>();

  async function used(allowance: Allowance): Promise<number> {
    return read(allowance, await fast.count(usedKey(allowance), 0, allowance.ttlMs));
  }

  /** What a counter says; one that was lost is filled from the ledger, with what was counted since. */
  async function read(allowance: Allowance, counter: number): Promise<number> {
    const fillings = Math.round(counter / filled);
    return fillings >= 1 ? counter - fillings * filled : fillOnce(allowance.key, () => fill(allowance));
  }

  /** Two processes may fill at once; whoever comes second takes its filling back. */
  async function fill(allowance: Allowance): Promise<number> {
    const before = await allowance.load();
    const counter = await fast.count(usedKey(allowance), filled + before, allowance.ttlMs);
    const fillings = Math.round(counter / filled);
    if (fillings <= 1) return counter - filled;
    const rest = await fast.count(usedKey(allowance), -(filled + before), allowance.ttlMs);
    return rest - Math.round(rest / filled) * filled;
  }

  async function hold(allowance: Allowance, amount: number): Promise<Held> {
    const slot = Math.floor(now() / slotMs);
    const ofSlot = (which: number, by: number): Count => ({
      key: `held:${allowance.key}:${which}`,
      by,
      ttlMs: 3 * slotMs,
    });
    const ofUsed = (by: number): Count => ({ key: usedKey(allowance), by, ttlMs: allowance.ttlMs });
    let held = amount;
    const [own = 0, earlier = 0, counter = 0] = await fast.countAll([
      ofSlot(slot, held),
      ofSlot(slot - 1, 0),
      ofUsed(0),
    ]);
    const already = await read(allowance, counter);
    return {
      used: already,
      total: already + Math.max(0, own) + Math.max(0, earlier),
      change: async (to) => {
        const by = to - held;
        held = to;
        if (by !== 0) await fast.countAll([ofSlot(slot, by)]);
      },
      settle: async (spent) => {
        const back = -held;
        held = 0;
        const [now = 0] = await fast.countAll([ofUsed(spent), ofSlot(slot, back)]);
        const after = await read(allowance, now);
        return { before: after - spent, after };
      },
    };
  }

  return { hold, used };
}

function usedKey({ key }: Allowance): string {
  return `used:${key}`;
}
