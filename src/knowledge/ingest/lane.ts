/** One piece of work at a time, while its giver goes on. A failure meets the giver at its next word. */
export interface Lane {
  /** Resolves when what was begun before is over and this has begun. */
  begin(work: () => Promise<void>): Promise<void>;
  /** Resolves when all of it is over. */
  end(): Promise<void>;
}

export function createLane(): Lane {
  let inHand: Promise<void> = Promise.resolve();
  return {
    async begin(work) {
      await inHand;
      inHand = work();
      inHand.catch(() => {});
    },
    end: () => inHand,
  };
}
