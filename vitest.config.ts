import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { closingLineReporter } from "./test/support/closing-line-reporter.ts";
import { LongestFirst } from "./test/support/longest-first.ts";

const globalSetup = ["./test/support/global-setup.ts"].filter((file) => existsSync(file));

export default defineConfig({
  test: {
    environment: "node",
    include: ["test/**/*.test.ts"],
    globalSetup,
    // Processes, not threads: tests start servers, databases and native modules, and are measured on two cores.
    pool: "forks",
    // Files of one process share what they import, which is a third of the time; no test changes a module's state.
    isolate: false,
    // One more than there are cores: tests wait for servers, clocks and each other most of the time.
    maxWorkers: Math.min(availableParallelism() + 1, 4),
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    // A second, as it is otherwise, is short for processes, servers and browsers on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    allowOnly: false,
    passWithNoTests: false,
    reporters: ["default", closingLineReporter()],
  },
});
