/** Counts work in hand, so that a test can wait until nothing more will happen by itself. */
export class WorkInHand {
  #inHand = 0;
  readonly #watchers = new Set<() => void>();
  readonly #platform: string;

  /** `platform` names the simulator in what a wait in vain says. */
  constructor(platform: string) {
    this.#platform = platform;
  }

  get inHand(): number {
    return this.#inHand;
  }

  begin(): void {
    this.#inHand += 1;
  }

  end(): void {
    this.#inHand -= 1;
    this.poke();
  }

  /** Something observable happened. */
  poke(): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers) watcher();
  }

  /** Asks the probe after every change until it gives something; rejects after `timeoutMs`. */
  waitFor<T>(probe: () => T | undefined | false, timeoutMs: number, describe: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        this.#watchers.delete(check);
        clearInterval(tick);
        clearTimeout(limit);
      };
      const check = (): void => {
        try {
          const found = probe();
          if (found === undefined || found === false) return;
          finish();
          resolve(found);
        } catch (cause) {
          finish();
          reject(cause instanceof Error ? cause : new Error(String(cause)));
        }
      };
      const tick = setInterval(check, 25);
      const limit = setTimeout(() => {
        finish();
        reject(new Error(`${this.#platform} simulator: waited ${timeoutMs} ms in vain; ${describe()}`));
      }, timeoutMs);
      this.#watchers.add(check);
      check();
    });
  }
}
