import { toolOutcome, type ToolOutcome } from "../../agent/run-tool.ts";
import type { Journal, StepIntent, StepOutcome } from "../../core/journal.ts";

/**
 * A journal under which these tools are not run: the agent is told why in their place. All else goes into `journal`, or is
 * kept nowhere.
 */
export function createReadingJournal(
  closed: ReadonlySet<string>,
  why: string,
  journal: Journal = { step: (_intent: StepIntent, effect: () => Promise<StepOutcome>) => effect() },
): Journal {
  return {
    step: async (intent, effect) => {
      if (intent.kind !== "tool" || !closed.has(intent.name)) return journal.step(intent, effect);
      const refused: ToolOutcome = {
        kind: "error",
        text: `${intent.name} is not called while ${why}: say what a colleague would have to do.`,
      };
      return { output: toolOutcome.parse(refused), ok: false, durationMs: 0, costUsd: 0 };
    },
  };
}
