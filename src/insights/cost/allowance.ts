import type { FastState } from "../../store/fast-state.ts";
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
  readonly fast: Pick<FastState, "count">;
  readonly now?: () => number;
}): Allowances {
  const fillOnce = createSingleFlight<number>();

  async function used(allowance: Allowance): Promise<number> {
    const counter = await fast.count(usedKey(allowance), 0, allowance.ttlMs);
    const fillings = Math.round(counter / filled);
    if (fillings >= 1) return counter - fillings * filled;
    return fillOnce(allowance.key, () => fill(allowance));
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
    const key = (of: number) => `held:${allowance.key}:${of}`;
    const count = (of: number, by: number) => fast.count(key(of), by, 3 * slotMs);
    let held = amount;
    // Sent together and counted in this order: what another settles meanwhile is seen twice rather than not at all.
    const [own, earlier, already] = await Promise.all([
      count(slot, held),
      count(slot - 1, 0),
      used(allowance),
    ]);
    const change = async (to: number): Promise<void> => {
      const by = to - held;
      held = to;
      if (by !== 0) await count(slot, by);
    };
    return {
      used: already,
      total: already + Math.max(0, own) + Math.max(0, earlier),
      change,
      settle: async (spent) => {
        // First counted, then given back: in between it counts twice, never not at all.
        const before = await used(allowance);
        const [counter] = await Promise.all([
          fast.count(usedKey(allowance), spent, allowance.ttlMs),
          change(0),
        ]);
        const after = counter - Math.round(counter / filled) * filled;
        return after >= spent ? { before: after - spent, after } : { before, after: before + spent };
      },
    };
  }

  return { hold, used };
}

function usedKey({ key }: Allowance): string {
  return `used:${key}`;
}
