import type { Settings } from "./settings.ts";

/** How often sessions may be begun: so many a day, and at a time one for each place in the queue. */
export class IdentifyBudget {
  #recent: { readonly at: number; readonly place: number }[] = [];
  #used = 0;

  left({ identifyBudget }: Settings): number {
    return Math.max(0, identifyBudget - this.#used);
  }

  /** Whether the shard may identify now; if so, it is counted. */
  take(shard: number, { maxConcurrency, identifyWindowMs }: Settings): boolean {
    const now = Date.now();
    const place = shard % maxConcurrency;
    this.#recent = this.#recent.filter(({ at }) => now - at < identifyWindowMs);
    if (this.#recent.some((one) => one.place === place)) return false;
    this.#recent.push({ at: now, place });
    this.#used += 1;
    return true;
  }

  clear(): void {
    this.#recent = [];
    this.#used = 0;
  }
}
