import type { AgentRequest } from "../core/agent.ts";
import type { Tool } from "../core/tool.ts";
import { sourcesOf } from "./collect-citations.ts";
import { isYes } from "./flows/said.ts";
import type { ToolOutcome } from "./run-tool.ts";

/**
 * Sees to it that a turn acts on what the person says and never on what a document says: once a model was told text that
 * anybody may have written, it may change nothing unless the person has just said yes. All agents of a turn share one.
 */
export interface OwnWords {
  /** Whether what a model asked for in its reply of this number may be done. */
  allow(tool: Pick<Tool, "effect">, iteration: number): boolean;
  note(tool: Tool, outcome: ToolOutcome, iteration: number): void;
}

/** The same steps, told again in a replayed turn, come to the same. */
export function hearOwnWords({ questions, history }: Pick<AgentRequest, "questions" | "history">): OwnWords {
  const last = questions.at(-1)?.text ?? "";
  const isConfirmed = history.some(({ role }) => role === "assistant") && isYes(last);
  let readAt = Number.POSITIVE_INFINITY;
  return {
    // What was asked for in the same reply as the reading was asked for without having read.
    allow: ({ effect }, iteration) => effect === "read" || isConfirmed || iteration <= readAt,
    note(tool, outcome, iteration) {
      if (tool.foreign !== true || outcome.kind === "uncertain") return;
      // What failed may say so in the words of whoever was asked; what names its sources says so in ours.
      const isOurs = outcome.kind === "error" && tool.cite !== undefined;
      const isEmpty = sourcesOf(tool, outcome)?.length === 0;
      if (!isOurs && !isEmpty) readAt = Math.min(readAt, iteration);
    },
  };
}
