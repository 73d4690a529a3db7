import type { Citation } from "../core/reply.ts";
import type { Tool } from "../core/tool.ts";
import type { ToolOutcome } from "./run-tool.ts";

/** What an answer rests on, gathered from the results of its tools; a replayed turn gathers the same. */
export interface CollectedCitations {
  add(tool: Tool, outcome: ToolOutcome): void;
  /** Each source once, in the order they were found. */
  read(): readonly Citation[];
}

const most = 5;

export function collectCitations(): CollectedCitations {
  const citations = new Map<string, Citation>();
  return {
    add(tool, { kind, text }) {
      if (tool.cite === undefined || kind !== "result") return;
      const output = readOutput(tool, text);
      if (output === undefined) return;
      for (const citation of tool.cite(output))
        citations.set(JSON.stringify([citation.title, citation.url, citation.locator]), citation);
    },
    read: () => [...citations.values()].slice(0, most),
  };
}

/** The result as the journal has it; nothing for one that was cut because it was too large. */
function readOutput(tool: Tool, text: string): unknown {
  try {
    return tool.output.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
