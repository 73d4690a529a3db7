import { writeSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** What a run came to. A file that does not load and an error outside any test each count as one failure. */
export interface Tally {
  passed: number;
  failed: number;
}

/**
 * Prints `N passed, N failed` as the last line of the run, whatever else was printed before, and makes the
 * exit code say the same: not zero when anything failed or when nothing ran at all.
 */
export function closingLineReporter(
  write: (line: string) => void = (line) => void writeSync(1, line),
  onExit: (listener: () => void) => void = (listener) => void process.once("exit", listener),
): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const tally = toTally(modules, unhandledErrors.length);
      onExit(() => {
        if (tally.failed > 0 || tally.passed === 0) process.exitCode ||= 1;
        write(`\n${tally.passed} passed, ${tally.failed} failed\n`);
      });
    },
  };
}

/** Counts tests by their outcome. A test that was skipped is neither passed nor failed. */
export function toTally(modules: ReadonlyArray<TestModule>, unhandledErrors: number): Tally {
  const tally: Tally = { passed: 0, failed: unhandledErrors };
  for (const module of modules) {
    let failedTests = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") tally.passed += 1;
      if (state === "failed") failedTests += 1;
    }
    // A module can fail without a failing test: it did not load, or a hook threw.
    tally.failed += failedTests === 0 && module.state() === "failed" ? 1 : failedTests;
  }
  return tally;
}
