import type { Role } from "../core/tool.ts";
import type { Course, Thinking } from "./course.ts";
import { decideActingRole, handToAgent, parseDelegation, toDelegatedRequest } from "./delegation.ts";
import { toolOutcome, type ToolOutcome } from "./run-tool.ts";
import { createSpokenText } from "./spoken-text.ts";
import type { Thought } from "./thought.ts";

/** Lets an agent think from its beginning to its end. */
export type RunAgent = (thinking: Thinking, begun: Omit<Course, "prompt">) => Promise<Thought>;

/** What one agent asks of another, as its model wrote it, and the key of that call. */
interface AskedAgent {
  readonly open: readonly Role[];
  readonly text: string;
  readonly key: string;
}

/**
 * Lets another agent do a part of the work, in steps of the same turn: its model and tool calls are journaled, paid and
 * counted like those of the agent that asks, and it may do no more than the caller. What it answers goes to that agent.
 */
export async function askAgent(
  runAgent: RunAgent,
  { thinking, course }: { readonly thinking: Thinking; readonly course: Course },
  { open, text, key }: AskedAgent,
): Promise<ToolOutcome> {
  const { request, chain, usage } = thinking;
  const asked = parseDelegation(text, open);
  if (!asked.ok) return { kind: "error", text: asked.problem };
  const { agent, task } = asked;
  const started = performance.now();
  const [own, begun] = outfit({ thinking, course }, { agent, task, key });
  const outcome = toOutcome(await runAgent(own, begun), own, agent);
  const durationMs = performance.now() - started;
  const input = { agent, task, by: chain.at(-1) };
  // The other agent's own steps stand before this one, so a replay comes here with all of them known.
  const step = await request.journal.step(
    { key, kind: "tool", name: handToAgent, input, repeatable: true },
    async () => ({ output: outcome, ok: outcome.kind === "result", durationMs, costUsd: 0 }),
  );
  usage.addToolCall(step.costUsd);
  return toolOutcome.parse(step.output);
}

/** The same caller and the same turn; another agent's models, prompt and tools, within the caller's rights. */
function outfit(
  { thinking, course }: { readonly thinking: Thinking; readonly course: Course },
  { agent, task, key }: { readonly agent: Role; readonly task: string; readonly key: string },
): readonly [Thinking, Omit<Course, "prompt">] {
  const { verified = [], context } = thinking.request;
  const acting = decideActingRole(agent, context.role, verified);
  const request = toDelegatedRequest(thinking.request, acting, task);
  const chain = [...thinking.chain, agent];
  const own = thinking.outfitOf(chain, request);
  const feed = { push: () => {}, settle: async () => {} };
  const learn: Course["learn"] = (texts, acted) => {
    own.check?.learn(texts, acted);
    course.learn(texts, acted);
  };
  return [
    { ...thinking, ...own, request, chain, feed, spoken: createSpokenText(feed) },
    { pace: course.pace, prefix: `${key}/`, learn },
  ];
}

function toOutcome(thought: Thought, { spoken }: Thinking, agent: Role): ToolOutcome {
  if (thought.kind === "thought") return { kind: "result", text: spoken.whole() };
  if (thought.reason === "needs a person") return { kind: "uncertain", text: thought.detail };
  return { kind: "error", text: `The ${agent} agent could not do it: ${thought.reason}.` };
}
