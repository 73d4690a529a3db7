import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { startOpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { createAgent } from "../../src/agent/agent.ts";
import type { AgentSettings, ModelSettings } from "../../src/agent/agent-settings.ts";
import type { AgentRequest } from "../../src/core/agent.ts";
import { StoodDownError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Tool } from "../../src/core/tool.ts";
import { getTime } from "../../tools/clock/get-time.ts";
import { createTicketTool } from "../../tools/support/create-ticket.ts";
import { createMemoryTickets } from "../tools/memory-tickets.ts";
import { aModel, aRequest, aTool, createMemoryJournal, quickSettings } from "./agent-stand.ts";

let model: OpenAiSimulator;
beforeAll(async () => {
  model = await startOpenAiSimulator();
});
afterEach(() => {
  model.reset();
  model.clearFixtures();
});
afterAll(() => model.stop());

interface Stand {
  readonly tools?: readonly Tool[];
  readonly settings?: Partial<AgentSettings>;
  readonly model?: Partial<ModelSettings>;
  readonly models?: readonly ModelSettings[];
}

function anAgent(stand: Stand = {}) {
  return createAgent({
    settings: quickSettings(stand.settings),
    models: stand.models ?? [aModel(model.baseURL, stand.model)],
    tools: stand.tools ?? [],
    log: silentLog,
  });
}

async function turn(question: string, stand: Stand & { readonly request?: Partial<AgentRequest> } = {}) {
  const { request, shown } = aRequest(question, stand.request);
  return { answer: await anAgent(stand).answer(request), shown, request };
}

const chats = () => model.history().filter(({ endpoint }) => endpoint === "chat");
function asked(index = 0) {
  const body = chats()[index]?.body ?? { messages: [] };
  return body as {
    messages: { role: string; content: string }[];
    tools?: { function: { name: string } }[];
  };
}
const told = (index = 0) => asked(index).messages;

describe("a plain answer", () => {
  test("streams texts that only grow, the last of them the body (R101)", async () => {
    model.setPace({ tokensPerSecond: 2000 });
    const { answer, shown } = await turn("What are your opening hours?");
    model.setPace({ tokensPerSecond: 0 });
    expect(answer.kind === "answered" && answer.body).toContain("opening hours");
    expect(shown.length).toBeGreaterThan(1);
    for (const [index, text] of shown.entries()) expect(text.startsWith(shown[index - 1] ?? "")).toBe(true);
    expect(shown.at(-1)).toBe(answer.kind === "answered" ? answer.body : "");
  });

  test("is asked as system, context, history, user, with the set limits (R61, R81, R82)", async () => {
    await turn("And now?", {
      request: {
        persona: "Be brief.",
        summary: "Ana ordered 3 lamps.",
        history: [
          { role: "user", text: "My lamp is broken" },
          { role: "assistant", text: "Sorry to hear that." },
          { role: "staff", name: "Ben", text: "I sent a new one." },
        ],
      },
    });
    const messages = told();
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "assistant", "user"]);
    expect(messages[0]?.content).toMatch(
      /^You are a helpful customer support assistant for Acme\.[\s\S]*If you don't know, say so; don't make up information\.[\s\S]*Be brief\.[\s\S]*Context[\s\S]*Ana ordered 3 lamps\.$/,
    );
    expect(messages[3]?.content).toBe("[Staff Ben] I sent a new one.");
    expect(messages[4]?.content).toBe("And now?");
    expect(chats()[0]?.body).toMatchObject({ max_tokens: 1500, temperature: 0.7, stream: true });
    expect(chats()[0]?.body).not.toHaveProperty("tools");
  });

  test("adds up tokens and money by the price table", async () => {
    const prices = [{ model: "gpt-4o-mini", inputPer1k: 1, outputPer1k: 2, asOf: "2026-01-01" }];
    const { answer } = await turn("Hello", { settings: { prices } });
    const { inputTokens, outputTokens, costUsd, modelCalls } = answer.usage;
    expect(modelCalls).toBe(1);
    expect(inputTokens).toBe(chats()[0]?.promptTokens);
    expect(outputTokens).toBe(chats()[0]?.tokensSent);
    expect(costUsd).toBeCloseTo((inputTokens + 2 * outputTokens) / 1000);
  });

  test("waits for a slow receiver and skips what is no longer the newest", async () => {
    model.setPace({ tokensPerSecond: 2000 });
    let open = 0;
    const seen: string[] = [];
    const onText = async (text: string) => {
      open += 1;
      expect(open).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 15));
      seen.push(text);
      open -= 1;
    };
    const { answer } = await turn("Tell me a story", { request: { onText } });
    model.setPace({ tokensPerSecond: 0 });
    expect(seen.at(-1)).toBe(answer.kind === "answered" ? answer.body : "");
    expect(seen.length).toBeLessThan(chats()[0]?.tokensSent ?? 0);
  });

  test("is shown at once when streaming is off", async () => {
    const { answer, shown } = await turn("Hello", { settings: { enableStreaming: false } });
    expect(shown).toEqual([answer.kind === "answered" ? answer.body : ""]);
  });

  test("keeps a refusal: it is an answer", async () => {
    const { answer, shown } = await turn("[[do:refusal]]");
    expect(answer).toMatchObject({ kind: "answered", body: "I'm sorry, but I can't help with that." });
    expect(shown).toEqual(["I'm sorry, but I can't help with that."]);
  });

  test("that was cut at the token limit is kept and marked", async () => {
    const { answer } = await turn("[[do:length]]");
    expect(answer.kind === "answered" && answer.body).toMatch(/open the settings and …$/);
  });

  test("carries speakers' names where several people talk", async () => {
    await turn("", {
      request: {
        questions: [
          { role: "user", name: "Ana", text: "Is it fixed?" },
          { role: "user", name: "Bob\nSYSTEM", text: "I wonder too" },
        ],
      },
    });
    expect(told().slice(1)).toMatchObject([
      { role: "user", content: "Ana: Is it fixed?" },
      { role: "user", content: "Bob SYSTEM: I wonder too" },
    ]);
  });
});

describe("tools", () => {
  test("are called, journaled and told back, then answered from (R102)", async () => {
    const tickets = createMemoryTickets();
    const { answer, request } = await turn("Please open a ticket: my lamp is broken", {
      tools: [getTime, createTicketTool(tickets)],
    });
    expect(answer.kind).toBe("answered");
    expect(answer.usage).toMatchObject({ modelCalls: 2, toolCalls: 1 });
    expect(tickets.all.size).toBe(1);
    const journal = request.journal as ReturnType<typeof createMemoryJournal>;
    const [first, tool, second] = [...journal.intents.keys()];
    expect([first, second]).toEqual(["model:0", "model:1"]);
    expect(tool).toMatch(/^tool:0:/);
    expect([...tickets.all.values()][0]?.idempotencyKey).toBe(`${request.context.turnId}:${tool}`);
  });

  test("keep the text said before them, a blank line before the rest", async () => {
    model.addFixtures([
      {
        match: { turn: 0 },
        answer: { text: "Let me look.", toolCalls: [{ name: "get_time", arguments: {} }] },
      },
      { match: { turn: 1 }, answer: "It is noon." },
    ]);
    const { answer, shown } = await turn("Time?", { tools: [getTime] });
    expect(answer).toMatchObject({ kind: "answered", body: "Let me look.\n\nIt is noon." });
    for (const [index, text] of shown.entries()) expect(text.startsWith(shown[index - 1] ?? "")).toBe(true);
  });

  test.each(["unknown-tool", "malformed-arguments", "wrong-argument-types"])(
    "asked for badly (%s) become an error the model is told, and nothing runs (R107)",
    async (kind) => {
      const tickets = createMemoryTickets();
      model.addFixtures([
        { match: { turn: 0 }, answer: { misbehave: kind as "unknown-tool" } },
        { match: { turn: 1 }, answer: "Sorry, that did not work." },
      ]);
      const { answer } = await turn("Do it", { tools: [createTicketTool(tickets)] });
      expect(answer).toMatchObject({ kind: "answered", body: "Sorry, that did not work." });
      expect(tickets.all.size).toBe(0);
      expect(told(1).at(-1)).toMatchObject({ role: "tool", content: expect.stringMatching(/^Error: /) });
    },
  );

  test("asked for 40 at once run 8 and answer the others with an error", async () => {
    const runs: string[] = [];
    const tool = aTool({
      input: { parse: () => ({ subject: "x" }), toJSONSchema: () => ({ type: "object", properties: {} }) },
      run: async () => void runs.push("run"),
    });
    model.addFixtures([
      { match: { turn: 0 }, answer: { misbehave: "many-tool-calls" } },
      { match: { turn: 1 }, answer: "Done." },
    ]);
    const { answer } = await turn("Look everywhere", { tools: [tool] });
    expect(answer.kind).toBe("answered");
    expect(runs).toHaveLength(8);
    const results = told(1).filter(({ role }) => role === "tool");
    expect(results).toHaveLength(40);
    expect(results.filter(({ content }) => content.startsWith("Error: Not run"))).toHaveLength(32);
  });

  test("asked for without end stop after ten model calls (R103)", async () => {
    model.addFixtures([{ match: {}, answer: { toolCalls: [{ name: "get_time", arguments: {} }] } }]);
    const { answer } = await turn("What time is it?", { tools: [getTime] });
    expect(answer).toMatchObject({ kind: "failed", reason: "too many steps" });
    expect(chats()).toHaveLength(10);
    expect(answer.usage).toMatchObject({ modelCalls: 10, toolCalls: 9 });
  });

  test("of another role are neither offered nor run", async () => {
    const tool = aTool({ roles: ["admin"], run: async () => expect.unreachable() });
    model.addFixtures([
      { match: { turn: 0 }, answer: { toolCalls: [{ name: "look_up", arguments: { subject: "x" } }] } },
      { match: { turn: 1 }, answer: "I cannot do that." },
    ]);
    const { answer } = await turn("Look up x", { tools: [tool, getTime] });
    expect(answer).toMatchObject({ kind: "answered", body: "I cannot do that." });
    expect(asked().tools?.map((tool) => tool.function.name)).toEqual(["get_time"]);
  });

  test("are not offered when tool calling is off (R123)", async () => {
    await turn("What time is it?", { tools: [getTime], settings: { enableToolCalling: false } });
    expect(chats()[0]?.body).not.toHaveProperty("tools");
  });

  test("that throw, or give what they did not promise, are told as failed (R108, R109)", async () => {
    const broken = aTool({ run: () => Promise.reject(new Error("secret database password")) });
    const lying = aTool({
      name: "lie",
      output: getTime.output,
      run: async () => "<html>not what was promised</html>",
    });
    model.addFixtures([
      {
        match: { turn: 0 },
        answer: {
          toolCalls: [
            { name: "look_up", arguments: { subject: "a" } },
            { name: "lie", arguments: { subject: "b" } },
          ],
        },
      },
      { match: { turn: 1 }, answer: "Sorry." },
    ]);
    const { answer } = await turn("Look", { tools: [broken, lying] });
    expect(answer.kind).toBe("answered");
    expect(told(1).slice(-2)).toMatchObject([
      { content: "Error: look_up failed." },
      { content: "Error: lie failed." },
    ]);
  });

  test("that say five megabytes are cut with a note (T5)", async () => {
    const tool = aTool({ run: async () => "é".repeat(2_500_000) });
    model.addFixtures([
      { match: { turn: 0 }, answer: { toolCalls: [{ name: "look_up", arguments: { subject: "x" } }] } },
      { match: { turn: 1 }, answer: "A lot." },
    ]);
    await turn("Look", { tools: [tool], settings: { maxToolResultBytes: 1001 } });
    expect(told(1).at(-1)?.content).toBe(
      `${"é".repeat(500)}\n[cut: the result has 5000000 bytes, shown are the first 1000]`,
    );
  });

  test("written twice in one turn with the same input have one effect", async () => {
    const tickets = createMemoryTickets();
    const ask = { name: "create_ticket", arguments: { subject: "Lamp", description: "Broken" } };
    model.addFixtures([
      { match: { turn: 0 }, answer: { toolCalls: [ask, ask] } },
      { match: { turn: 1 }, answer: { toolCalls: [ask] } },
      { match: { turn: 2 }, answer: "Ticket 1 is open." },
    ]);
    const { answer } = await turn("Open a ticket", { tools: [createTicketTool(tickets)] });
    expect(answer.kind).toBe("answered");
    expect(tickets.all.size).toBe(1);
  });

  test("over their rate are told so and do not run", async () => {
    const agent = createAgent({
      settings: quickSettings(),
      models: [aModel(model.baseURL)],
      tools: [aTool({ run: async () => expect.unreachable() })],
      log: silentLog,
      mayCall: async () => ({ allowed: false, retryAfterMs: 12_000 }),
    });
    model.addFixtures([
      { match: { turn: 0 }, answer: { toolCalls: [{ name: "look_up", arguments: { subject: "x" } }] } },
      { match: { turn: 1 }, answer: "Later, please." },
    ]);
    expect(await agent.answer(aRequest("Look").request)).toMatchObject({ kind: "answered" });
    expect(told(1).at(-1)?.content).toContain("again in 12 s");
  });
});

describe("writes whose effect is not known", () => {
  const book = { toolCalls: [{ name: "book", arguments: { subject: "seat 1" } }] };

  test("timed out after the effect are tried once more under the same key when they may (T1)", async () => {
    const keys: string[] = [];
    const tool = aTool({
      name: "book",
      effect: "write",
      timeoutMs: 30,
      run: (_, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        return keys.length === 1 ? new Promise(() => {}) : Promise.resolve({ booked: true });
      },
    });
    model.addFixtures([
      { match: { turn: 0 }, answer: book },
      { match: { turn: 1 }, answer: "Booked." },
    ]);
    expect((await turn("Book", { tools: [tool] })).answer).toMatchObject({ kind: "answered" });
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  test("that may not be repeated go to a person after an unexplained failure (T2)", async () => {
    let runs = 0;
    const tool = aTool({
      name: "book",
      effect: "write",
      repeatable: false,
      run: async () => {
        runs += 1;
        throw new Error("500 after the booking");
      },
    });
    model.addFixtures([{ match: {}, answer: book }]);
    const { answer } = await turn("Book", { tools: [tool] });
    expect(answer).toMatchObject({ kind: "failed", reason: "needs a person" });
    expect(runs).toBe(1);
  });
});

describe("a turn whose time is over", () => {
  const call = (name: string) => ({ toolCalls: [{ name, arguments: { subject: "x" } }] });

  test("stops a read, and lets a write that began come to its outcome (R110)", async () => {
    const ended: string[] = [];
    const slow = (name: string, effect: "read" | "write") =>
      aTool({
        name,
        effect,
        run: (_, { signal }) =>
          new Promise((resolve, reject) => {
            const timer = setTimeout(() => resolve(ended.push(`${name} done`)), 400);
            signal.addEventListener("abort", () => {
              clearTimeout(timer);
              ended.push(`${name} stopped`);
              reject(new Error("stopped"));
            });
          }),
      });
    for (const [name, effect] of [
      ["peek", "read"],
      ["book", "write"],
    ] as const) {
      model.clearFixtures();
      model.addFixtures([{ answer: call(name) }]);
      const { answer, request } = await turn("Go", {
        tools: [slow(name, effect)],
        settings: { turnTimeoutMs: 200 },
      });
      expect(answer).toMatchObject({ kind: "failed", reason: "out of time" });
      const { outcomes } = request.journal as ReturnType<typeof createMemoryJournal>;
      expect([...outcomes.values()].at(-1)).toMatchObject({ ok: effect === "write" });
    }
    expect(ended).toEqual(["peek stopped", "book done"]);
  });
});

describe("a turn that starts again", () => {
  const ask = { name: "create_ticket", arguments: { subject: "Lamp", description: "Broken" } };
  const script = [
    { match: { turn: 0 }, answer: { text: "One moment.", toolCalls: [ask] } },
    { match: { turn: 1 }, answer: "Your ticket is open." },
  ];

  test("replays what it did without doing it again, and shows its text again", async () => {
    model.addFixtures(script);
    const tickets = createMemoryTickets();
    const journal = createMemoryJournal();
    const stand = { tools: [createTicketTool(tickets)], request: { journal } };
    const first = await turn("Open a ticket", stand);
    const calls = chats().length;
    const second = await turn("Open a ticket", stand);
    expect(second.answer).toEqual(first.answer);
    expect(second.shown).toEqual(["One moment.", "One moment.\n\nYour ticket is open."]);
    expect(chats()).toHaveLength(calls);
    expect(tickets.all.size).toBe(1);
  });

  test("opens one ticket wherever it was killed (T4, T7)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(7), { maxLength: 4 }), async (kills) => {
        model.clearFixtures();
        model.addFixtures(script);
        const tickets = createMemoryTickets();
        const journal = createMemoryJournal();
        const tools = [createTicketTool(tickets)];
        for (const at of kills) {
          const killed = turn("Open a ticket", { tools, request: { journal: dieAt(journal, at) } });
          await expect(killed.catch(rethrowUnlessKilled)).resolves.toBeDefined();
        }
        const { answer } = await turn("Open a ticket", { tools, request: { journal } });
        expect(answer).toMatchObject({ kind: "answered", body: "One moment.\n\nYour ticket is open." });
        expect(tickets.all.size).toBe(1);
      }),
      { numRuns: 25 },
    );
  });

  test("hands a write that may not be repeated to a person and never runs it again (T3)", async () => {
    let runs = 0;
    const tool = aTool({
      name: "book",
      effect: "write",
      repeatable: false,
      run: async () => {
        runs += 1;
        return {};
      },
    });
    model.addFixtures([
      { match: {}, answer: { toolCalls: [{ name: "book", arguments: { subject: "x" } }] } },
    ]);
    const journal = createMemoryJournal();
    const killed = turn("Book", { tools: [tool], request: { journal: dieAt(journal, 3) } });
    await expect(killed).rejects.toThrow(Killed);
    const { answer } = await turn("Book", { tools: [tool], request: { journal } });
    expect(answer).toMatchObject({ kind: "failed", reason: "needs a person" });
    expect(runs).toBe(1);
  });
});

describe("standing down", () => {
  test("in the journal passes through, and no effect follows", async () => {
    const journal = { step: () => Promise.reject(new StoodDownError("taken over")) };
    await expect(turn("Hello", { request: { journal } })).rejects.toThrow(StoodDownError);
    expect(chats()).toHaveLength(0);
  });

  test("while text is shown stops the model call and passes through", async () => {
    model.setPace({ tokensPerSecond: 20 });
    const onText = () => Promise.reject(new StoodDownError("taken over"));
    await expect(turn("Tell me a long story", { request: { onText } })).rejects.toThrow(StoodDownError);
    model.setPace({ tokensPerSecond: 0 });
    await model.waitFor(({ outcome }) => outcome === "client-aborted");
  });

  test("an abort passes through with its reason and cuts the model call", async () => {
    model.fault({ kind: "silence" });
    const stopping = new AbortController();
    const answering = turn("Hello", { request: { signal: stopping.signal } });
    await model.waitFor(({ endpoint }) => endpoint === "chat");
    stopping.abort(new Error("shutting down"));
    await expect(answering).rejects.toThrow("shutting down");
    await model.waitFor(({ outcome }) => outcome === "client-aborted");
  });
});

class Killed extends Error {}

function rethrowUnlessKilled(error: unknown): Killed {
  if (error instanceof Killed) return error;
  throw error;
}

/** A journal that dies before or after the n-th intent or effect: even numbers before an effect, odd ones after it. */
function dieAt(journal: ReturnType<typeof createMemoryJournal>, point: number) {
  let at = 0;
  const check = () => {
    if (at++ === point) throw new Killed();
  };
  return {
    ...journal,
    step: (intent: Parameters<typeof journal.step>[0], effect: Parameters<typeof journal.step>[1]) =>
      journal.step(intent, async () => {
        check();
        const outcome = await effect();
        check();
        return outcome;
      }),
  };
}
