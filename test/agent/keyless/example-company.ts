import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { parseBrainFiles } from "../../../src/agent/keyless/brain-config.ts";
import {
  createKeylessBrain,
  type BrainParts,
  type KeylessBrain,
} from "../../../src/agent/keyless/keyless-brain.ts";
import type { AgentAnswer, AgentRequest } from "../../../src/core/agent.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Tool } from "../../../src/core/tool.ts";
import type { Understand } from "../../../src/core/understanding.ts";
import { createLazyUnderstander } from "../../../src/guard/understanding/lazy-understander.ts";
import { aRequest, createMemoryJournal } from "../agent-stand.ts";

const config = new URL("../../../config/", import.meta.url);

function read(kind: string, slug: string): unknown {
  try {
    return parseYaml(readFileSync(new URL(`${kind}/${slug}.yaml`, config), "utf8"));
  } catch {
    return undefined;
  }
}

/** The brain of one of the companies in `config/`, with these tools, and where that company is. */
export function aBrainOf(
  slug: string,
  tools: readonly Tool[],
  { timeZone }: Pick<BrainParts, "timeZone"> = {},
): KeylessBrain {
  const understander = createLazyUnderstander(read("intents", slug), slug);
  const files = { flows: read("flows", slug), faq: read("faq", slug), templates: read("templates", slug) };
  const { intents } = understander;
  return createKeylessBrain({
    config: parseBrainFiles(files, { slug, tools, intents, toolCalling: true }),
    understand: (): Promise<Understand> => understander.load(),
    tools,
    turnTimeoutMs: 20_000,
    timeZone,
    log: silentLog,
  });
}

type Answered = Extract<AgentAnswer, { kind: "answered" }>;

/** Someone who talks to a brain, with everything kept between two messages as a database keeps it. */
export function aTalkWith(brain: KeylessBrain, overrides: Partial<AgentRequest> = {}) {
  let kept: Pick<Answered, "dialogue" | "language"> = { dialogue: undefined, language: undefined };
  let turn = 0;

  async function say(text: string, options: { readonly limited?: boolean } = {}): Promise<Answered> {
    turn += 1;
    const context = {
      ...aRequest(text).request.context,
      ...overrides.context,
      turnId:
        `00000000-0000-4000-9000-${String(turn).padStart(12, "0")}` as AgentRequest["context"]["turnId"],
    };
    const { request } = aRequest(text, {
      ...overrides,
      context,
      journal: createMemoryJournal(),
      dialogue: kept.dialogue,
      language: kept.language,
    });
    const answer = await brain.answer(request, options);
    if (answer.kind === "failed") throw new Error(`${answer.reason}: ${answer.detail}`);
    kept = {
      dialogue:
        answer.dialogue === undefined ? undefined : (JSON.parse(JSON.stringify(answer.dialogue)) as unknown),
      language: answer.language ?? kept.language,
    };
    return answer;
  }

  return {
    say,
    /** The words of each answer. */
    async tell(...texts: readonly string[]): Promise<string[]> {
      const bodies: string[] = [];
      for (const text of texts) bodies.push((await say(text)).body);
      return bodies;
    },
    kept: () => kept,
  };
}
