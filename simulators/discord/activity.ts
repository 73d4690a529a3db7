/** Counts work in hand, so that a test can wait until nothing more will happen by itself. */
export class Activity {
  #inHand = 0;
  readonly #watchers = new Set<() => void>();

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
        reject(new Error(`discord simulator: waited ${timeoutMs} ms in vain; ${describe()}`));
      }, timeoutMs);
      this.#watchers.add(check);
      check();
    });
  }
}
