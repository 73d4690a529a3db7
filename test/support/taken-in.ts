import { until, type Talk } from "./talk.ts";

/** Loading the vocabulary and what understands messages takes a while on a busy machine, milliseconds. */
export const slowlyMs = 90_000;

/**
 * Waits until `times` sources were gone through and what stands in them is findable. Documents are read in the background
 * once Baton has started, and they are kept, and their vectors asked for, before anybody can find them.
 */
export async function takenIn({ lines }: Pick<Talk, "lines">, times = 1): Promise<void> {
  const told = () => lines.filter((line) => line.includes("a company's documents are taken in")).length;
  await until(async () => told() >= times, slowlyMs);
}
