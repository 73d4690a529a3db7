import OpenAI from "openai";
import { z } from "zod";
import { createAgent } from "../src/agent/agent.ts";
import { agentSettings, modelSettings } from "../src/agent/agent-settings.ts";
import { createAnswerCache } from "../src/agent/cache/answer-cache.ts";
import { withAnswerCache } from "../src/agent/cache/with-answer-cache.ts";
import { createAnswerChecks } from "../src/agent/check/answer-checks.ts";
import { noRules } from "../src/agent/check/business-rules.ts";
import type { AgentRequest } from "../src/core/agent.ts";
import { type ContactId, type ConversationId, parseId, type TenantId, type TurnId } from "../src/core/ids.ts";
import { silentLog } from "../src/core/log.ts";
import { defineTool } from "../src/core/tool.ts";
import { createMemoryFastState } from "../src/store/memory-fast-state.ts";
import { show } from "./support/figures.ts";
import { startForked } from "./support/forked.ts";
import { describeMachine } from "./support/report.ts";

// `npm run bench:agent`: what a turn with one tool call costs in CPU, through Baton's agent with everything on, and
// through the `openai` client alone. The model answers at once, in a process of its own. A minute.

const rounds = 5;
const turnsARound = 200;

const input = z.strictObject({ number: z.string() });
const getOrder = defineTool<z.output<typeof input>, unknown>({
  name: "get_order",
  description: "Where an order is.",
  input,
  output: z.unknown(),
  roles: ["customer"],
  effect: "read",
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0,
  run: async ({ number }) => ({ number, state: "sent", since: "Monday" }),
});
const history = Array.from({ length: 10 }, (_, index) => ({
  role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
  text: `Message ${index} of a conversation that has been going on for a while already.`,
}));
const question = "Where is my order A-1042?";
const system = "You are a helpful customer support assistant for Acme. Use your tools to answer. Be brief.";

const { hello, process: model } = await startForked<object, { baseURL: string }>("agent-model-process.ts");
try {
  const machine = await describeMachine("No stores: the journal is kept in memory");
  const contestants = {
    "`openai` client alone, streaming": createDirect(hello.baseURL),
    "Baton's agent, everything on": createBatonTurn(hello.baseURL),
  };
  const best = new Map<string, number>();
  for (const turn of Object.values(contestants)) await measure(turn, turnsARound);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, turn] of Object.entries(contestants)) {
      best.set(name, Math.min(best.get(name) ?? Infinity, await measure(turn, turnsARound)));
    }
  }
  const [direct = 0, baton = 0] = [...best.values()];
  console.log(`${machine}\n\n| one turn, two model calls and one tool call | CPU, ms |\n| --- | --- |`);
  for (const [name, cpuMs] of best) console.log(`| ${name} | ${show(cpuMs)} |`);
  console.log(`\nThe agent costs ${show(baton - direct)} ms more, ${show(baton / direct)} times as much.`);
} finally {
  await model.stop();
}

/** CPU of one turn, user and system, all threads, milliseconds. */
async function measure(turn: () => Promise<string>, turns: number): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < turns; count += 1) {
    const body = await turn();
    if (!body.includes("tomorrow")) throw new Error(`not the whole answer: ${body}`);
  }
  const { user, system: kernel } = process.cpuUsage(before);
  return (user + kernel) / 1_000 / turns;
}

function createBatonTurn(baseURL: string): () => Promise<string> {
  const checks = createAnswerChecks({
    policyOf: () => ({ mode: "enforce", rules: noRules, facts: [] }),
    log: silentLog,
  });
  const thinker = createAgent({
    settings: agentSettings.parse({}),
    models: [modelSettings.parse({ provider: "openai", apiKey: "sk-bench", model: "gpt-4o-mini", baseURL })],
    tools: [getOrder],
    checks,
    log: silentLog,
  });
  const seal = (_: string, text: string) => Buffer.from(text);
  const agent = withAnswerCache(thinker, {
    cache: createAnswerCache({
      fast: createMemoryFastState(),
      sealer: { forTenant: async () => ({ seal, open: (_, sealed) => sealed.toString() }) },
      log: silentLog,
    }),
    knowledgeVersionOf: () => "1",
    promptVersionOf: ({ context, persona }) => thinker.promptVersion(context, persona),
    log: silentLog,
  });
  return async () => {
    const answer = await agent.answer(aRequest());
    return answer.kind === "answered" ? answer.body : answer.reason;
  };
}

function aRequest(): AgentRequest {
  const id = "00000000-0000-4000-8000-000000000001";
  return {
    context: {
      tenantId: parseId<TenantId>(id),
      conversationId: parseId<ConversationId>(id),
      contactId: parseId<ContactId>(id),
      turnId: parseId<TurnId>(id),
      role: "customer",
      audience: "direct",
      now: new Date(),
      timeZone: undefined,
    },
    company: "Acme",
    persona: "Be brief.",
    summary: undefined,
    history,
    questions: [{ role: "user", text: question }],
    journal: { step: (_intent, effect) => effect() },
    onText: () => {},
    signal: new AbortController().signal,
  };
}

/** The least code that does the same: two streamed calls and the tool between them. */
function createDirect(baseURL: string): () => Promise<string> {
  const client = new OpenAI({ baseURL, apiKey: "sk-bench", maxRetries: 0 });
  const { $schema: _, ...parameters } = z.toJSONSchema(input);
  const tools = [
    {
      type: "function" as const,
      function: { name: "get_order", description: "Where an order is.", parameters },
    },
  ];
  const stream = (messages: OpenAI.ChatCompletionMessageParam[]) =>
    client.chat.completions.create({
      model: "gpt-4o-mini",
      messages,
      tools,
      max_tokens: 1500,
      temperature: 0.7,
      stream: true,
      stream_options: { include_usage: true },
    });
  return async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: "system", content: system },
      ...history.map(({ role, text }) => ({ role, content: text })),
      { role: "user", content: question },
    ];
    let id = "";
    let args = "";
    for await (const { choices } of await stream(messages)) {
      const [call] = choices[0]?.delta.tool_calls ?? [];
      id ||= call?.id ?? "";
      args += call?.function?.arguments ?? "";
    }
    const { number } = input.parse(JSON.parse(args));
    messages.push(
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id, type: "function", function: { name: "get_order", arguments: args } }],
      },
      { role: "tool", tool_call_id: id, content: JSON.stringify({ number, state: "sent", since: "Monday" }) },
    );
    let body = "";
    for await (const { choices } of await stream(messages)) body += choices[0]?.delta.content ?? "";
    return body;
  };
}
