import { tmpdir } from "node:os";

/** Where stands what outlives a run of the tests: the folder of temporary files that the run itself was started with. */
export function keptFolder(): string {
  return process.env["BATON_TEST_KEPT"] ?? tmpdir();
}
