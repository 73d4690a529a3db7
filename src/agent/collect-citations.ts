import type { Citation } from "../core/reply.ts";
import type { Source, Tool } from "../core/tool.ts";
import { readWords } from "./check/words.ts";
import type { ToolOutcome } from "./run-tool.ts";

/** What an answer rests on, gathered from the results of its tools; a replayed turn gathers the same. */
export interface CollectedCitations {
  add(tool: Tool, outcome: ToolOutcome): void;
  /** What this answer rests on: each source once, in the order they were found. */
  read(answer: string): readonly Citation[];
}

const most = 5;

export function collectCitations(): CollectedCitations {
  const sources = new Map<string, Source>();
  return {
    add(tool, { kind, text }) {
      for (const source of sourcesOf(tool, { kind, text }) ?? []) {
        const { title, url, locator } = source.citation;
        sources.set(JSON.stringify([title, url, locator]), source);
      }
    },
    read: (answer) =>
      keepUsed(answer, [...sources.values()])
        .slice(0, most)
        .map(({ citation }) => citation),
  };
}

/** Of the words the most used source shares with the answer, so many of another one's make it used as well. */
const usedShare = 0.4;
/** Fewer words in common tell nothing: the answer may be short, or in another language. */
const leastShared = 3;

/** The sources whose words the answer has; all of them where that cannot be told. */
function keepUsed(answer: string, sources: readonly Source[]): readonly Source[] {
  const said = new Set(readWords(answer).map(toStem));
  const shared = sources.map(
    ({ text }) =>
      new Set(
        readWords(text)
          .map(toStem)
          .filter((word) => said.has(word)),
      ).size,
  );
  const best = Math.max(0, ...shared);
  if (best < leastShared) return sources;
  return sources.filter((_, at) => (shared[at] ?? 0) >= best * usedShare);
}

/** Enough of a word to know it again in another form. */
function toStem(word: string): string {
  return word.slice(0, 6);
}

/** What a result may be cited as; undefined for a tool that is not cited, and for a result that was cut. */
export function sourcesOf(tool: Tool, { kind, text }: ToolOutcome): readonly Source[] | undefined {
  const output = tool.cite === undefined || kind !== "result" ? undefined : readOutput(tool, text);
  return output === undefined ? undefined : tool.cite?.(output);
}

/** The result as the journal has it; nothing for one that was cut because it was too large. */
function readOutput(tool: Tool, text: string): unknown {
  try {
    return tool.output.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
