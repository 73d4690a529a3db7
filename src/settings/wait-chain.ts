import { z } from "zod";

/** Whom to tell, and after how many minutes without an answer; the earliest first. */
export interface WaitChainStep {
  readonly afterMinutes: number;
  readonly tell: "next" | "everybody" | readonly string[];
}

/** Who is told when somebody waits, as a company's file has it. */
export const waitChainFile = z
  .array(
    z.strictObject({
      afterMinutes: z.number("must be minutes, such as 10").positive().max(10_000),
      tell: z.union(
        [z.enum(["next", "everybody"]), z.array(z.string().min(1)).min(1)],
        "must be next, everybody, or a list of colleagues' names",
      ),
    }),
  )
  .max(20, "must be at most 20");

/**
 * The chain in its order. Where the file has none: the next colleague after the minutes it names, everybody after twice
 * and four times as long; nobody for 0. Adds to `problems`: names that are no colleague's.
 */
export function toWaitChain(
  file: {
    readonly waitAlerts?: z.output<typeof waitChainFile> | undefined;
    readonly waitAlertMinutes: number;
    readonly staff: readonly { readonly name: string }[];
  },
  { path, problems }: { readonly path: string; readonly problems: string[] },
): readonly WaitChainStep[] {
  const { waitAlerts, waitAlertMinutes: minutes, staff } = file;
  if (waitAlerts === undefined) return minutes === 0 ? [] : usualChain(minutes);
  for (const name of waitAlerts.flatMap(({ tell }) => (typeof tell === "string" ? [] : tell))) {
    if (!staff.some((one) => one.name === name))
      problems.push(`${path}: waitAlerts tells ${name}, who is none of its staff`);
  }
  return waitAlerts.toSorted((a, b) => a.afterMinutes - b.afterMinutes);
}

function usualChain(minutes: number): readonly WaitChainStep[] {
  return [
    { afterMinutes: minutes, tell: "next" },
    { afterMinutes: 2 * minutes, tell: "everybody" },
    { afterMinutes: 4 * minutes, tell: "everybody" },
  ];
}
