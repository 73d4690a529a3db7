import { defineConfig } from "vitest/config";
import usual from "./vitest.config.ts";

/** `npm run test:faults`: the batteries alone, so that a word after it chooses among them. */
export default defineConfig({
  ...usual,
  test: { ...usual.test, include: ["test/faults/**/*.test.ts"], maxWorkers: 2 },
});
