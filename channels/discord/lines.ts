/** Work that stands in line. */
export interface Lines {
  /** Runs the work after all that came before it in the same line; at once without one. Work must not reject. */
  run(line: string | undefined, work: () => Promise<void>): void;
  /** Resolves when nothing is left of what was there when it was asked. */
  idle(): Promise<void>;
}

/** Lines that are forgotten as soon as they are empty. */
export function createLines(): Lines {
  const ends = new Map<string, Promise<void>>();
  const running = new Set<Promise<void>>();

  function run(line: string | undefined, work: () => Promise<void>): void {
    const before = line === undefined ? undefined : ends.get(line);
    const job = (before === undefined ? work() : before.then(work)).finally(() => {
      running.delete(job);
      if (line !== undefined && ends.get(line) === job) ends.delete(line);
    });
    running.add(job);
    if (line !== undefined) ends.set(line, job);
  }

  return {
    run,
    idle: async () => void (await Promise.allSettled(running)),
  };
}
