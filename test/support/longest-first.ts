import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The files that take longest, about the longest first: those that keep a processor busy all the time stand between
 * those that mostly wait.
 */
const longest = [
  "test/faults/crash-points.test.ts",
  "test/e2e/product.test.ts",
  "test/handoff/deck/deck.test.ts",
  "test/gates/tools.test.ts",
  "test/queue/queue.test.ts",
  "test/faults/named.test.ts",
  "test/service/streaming.test.ts",
  "test/e2e/playground.test.ts",
  "test/faults/on-each-channel.test.ts",
  "test/faults/handoff-points.test.ts",
  "test/faults/seeds-even.test.ts",
  "test/knowledge/killed.test.ts",
  "test/faults/zombies.test.ts",
  "test/http/chat/edges.test.ts",
  "test/faults/seeds-odd.test.ts",
  "test/faults/handoff-claims.test.ts",
  "test/service/memory.test.ts",
  "test/service/absence.test.ts",
  "test/service/odd-text.test.ts",
  "test/store/embedded-postgres.test.ts",
  "test/tools/analytics/analytics.test.ts",
];

/**
 * Begins with the files that take longest, so that at the end of a run no worker waits for another one. Vitest knows
 * how long each took from its cache, which a fresh checkout does not have; there it would go by the size of a file,
 * and the checks of types and format, 30 lines long, would come last and alone.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const stale = longest.filter((name) => !existsSync(path.join(root, name)));
    if (stale.length > 0)
      throw new Error(`test/support/longest-first.ts names what is not there: ${stale.join(", ")}`);
    const places = new Map(longest.map((name, place) => [path.join(root, name), place]));
    const placeOf = ({ moduleId }: TestSpecification): number => places.get(moduleId) ?? longest.length;
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
