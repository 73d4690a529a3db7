import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { startOpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { createAgent } from "../../src/agent/agent.ts";
import { decideActingRole, decideDelegates, type Delegates } from "../../src/agent/delegation.ts";
import { createToolBelts } from "../../src/agent/tool-belt.ts";
import type { AgentRequest } from "../../src/core/agent.ts";
import { silentLog } from "../../src/core/log.ts";
import { roles, type Role, type Tool } from "../../src/core/tool.ts";
import { aModel, aRequest, aTool, createMemoryJournal, quickSettings } from "./agent-stand.ts";

let model: OpenAiSimulator;
beforeAll(async () => {
  model = await startOpenAiSimulator();
});
afterEach(() => model.reset());
afterAll(() => model.stop());

type Overrides = NonNullable<Parameters<typeof aTool>[0]>;
const anyRoles = fc.subarray([...roles]);

test("whoever is asked can use no tool the caller may not, in no role the caller does not have (R145)", () => {
  const { context } = aRequest("").request;
  fc.assert(
    fc.property(
      fc.array(anyRoles, { maxLength: 6 }),
      anyRoles,
      fc.constantFrom(...roles),
      fc.array(fc.constantFrom(...roles), { minLength: 1, maxLength: 3 }),
      (ofTools, verified, own, asked) => {
        const tools = ofTools.map((toolRoles, index) => aTool({ name: `tool_${index}`, roles: toolRoles }));
        const beltFor = createToolBelts(tools);
        const rights = new Set<Role>(["customer", own, ...verified]);
        let acting = own;
        for (const delegate of asked) {
          acting = decideActingRole(delegate, acting, verified);
          expect(rights.has(acting)).toBe(true);
          const belt = beltFor({ role: delegate, tenantId: context.tenantId, within: acting });
          for (const tool of tools) {
            const may = belt.find(tool.name) !== undefined;
            expect(may).toBe(tool.roles.includes(delegate) && tool.roles.includes(acting));
            if (may) expect(tool.roles.some((role) => rights.has(role))).toBe(true);
          }
        }
      },
    ),
  );
});

test("nobody is asked twice in one chain, and a chain has an end (R145)", () => {
  const all: Delegates = Object.fromEntries(roles.map((role) => [role, roles]));
  const follow = (chain: readonly Role[]): readonly (readonly Role[])[] => {
    const open = decideDelegates(all, chain);
    for (const role of open) expect(chain).not.toContain(role);
    return open.length === 0 ? [chain] : open.flatMap((role) => follow([...chain, role]));
  };
  for (const role of roles) for (const chain of follow([role])) expect(chain).toHaveLength(3);
  expect(decideDelegates({}, ["staff"])).toEqual([]);
});

describe("an agent that asks another one", () => {
  const ran: { readonly tool: string; readonly role: Role; readonly key: string }[] = [];
  const noting = (name: string, allowed: readonly Role[], overrides: Overrides = {}): Tool =>
    aTool({
      name,
      roles: allowed,
      run: async (_, { role, idempotencyKey }) => {
        ran.push({ tool: name, role, key: idempotencyKey });
        return { revenue: 4711 };
      },
      ...overrides,
    });
  const tools = [
    noting("read_figures", ["analytics"]),
    noting("read_orders", ["staff", "analytics"]),
    noting("close_month", ["analytics", "admin"], { effect: "write", repeatable: false }),
  ];
  afterEach(() => void ran.splice(0));

  const anAgent = (delegates: Delegates, settings = {}) =>
    createAgent({
      settings: quickSettings(settings),
      models: [aModel(model.baseURL)],
      tools,
      delegates,
      prompts: { customer: "", staff: "STAFF PROMPT", admin: "", analytics: "FIGURES PROMPT" },
      log: silentLog,
    });

  /** The staff agent hands on; the one that was asked calls `tool`; both then say what they were given. */
  function script(tool: string): void {
    model.addRule(({ unanswered, toolResults, request }) => {
      const isAsked = JSON.stringify(request.messages).includes("FIGURES PROMPT");
      if (toolResults.length > 0)
        return { text: `${isAsked ? "figures say" : "staff says"}: ${toolResults.at(-1)?.content}` };
      if (isAsked) return { toolCalls: [{ name: tool, arguments: { subject: "revenue" } }] };
      return unanswered.length === 0
        ? undefined
        : {
            toolCalls: [
              { name: "hand_to_agent", arguments: { agent: "analytics", task: "What is the revenue?" } },
            ],
          };
    });
  }

  const asStaff = (more: Partial<AgentRequest> = {}) => {
    const { request } = aRequest("How did we do?");
    return { ...request, context: { ...request.context, role: "staff" as const }, ...more };
  };

  test("gets its answer, and everything stands in the journal of the same turn (R145)", async () => {
    script("read_figures");
    const journal = createMemoryJournal();
    const answer = await anAgent({ staff: ["analytics"] }).answer(
      asStaff({ verified: ["analytics"], journal }),
    );
    expect(answer.kind === "answered" && answer.body).toContain("staff says: figures say:");
    expect(answer.kind === "answered" && answer.body).toContain("4711");
    expect(ran).toMatchObject([{ tool: "read_figures", role: "analytics" }]);
    expect(answer.usage).toMatchObject({ modelCalls: 4, toolCalls: 2 });
    const steps = [...journal.intents.values()].map(({ name, kind }) => `${kind} ${name}`);
    expect(steps.filter((step) => step.startsWith("tool"))).toEqual([
      "tool read_figures",
      "tool hand_to_agent",
    ]);
    expect(new Set(journal.intents.keys()).size).toBe(6);
    const asked = model.history().length;
    const again = await anAgent({ staff: ["analytics"] }).answer(
      asStaff({ verified: ["analytics"], journal }),
    );
    expect(again).toMatchObject({ kind: "answered", usage: answer.usage });
    expect(model.history()).toHaveLength(asked);
    expect(ran).toHaveLength(1);
  });

  test("sees nothing of the conversation but the task", async () => {
    script("read_figures");
    await anAgent({ staff: ["analytics"] }).answer(
      asStaff({ history: [{ role: "user", text: "my secret plan" }], verified: ["analytics"] }),
    );
    const told = model.history().map(({ body }) => JSON.stringify(body));
    const figures = told.filter((body) => body.includes("FIGURES PROMPT"));
    expect(figures.length).toBeGreaterThan(0);
    for (const body of figures) {
      expect(body).toContain("What is the revenue?");
      expect(body).not.toContain("my secret plan");
      expect(body).not.toContain("hand_to_agent");
    }
  });

  test("has no tool that the caller may not use, whatever it calls (R145)", async () => {
    for (const tool of ["read_figures", "close_month"]) {
      script(tool);
      const answer = await anAgent({ staff: ["analytics"] }).answer(asStaff());
      expect(ran).toEqual([]);
      expect(answer.kind === "answered" && answer.body).toContain("There is no tool");
    }
    model.reset();
    script("read_orders");
    await anAgent({ staff: ["analytics"] }).answer(asStaff());
    expect(ran).toMatchObject([{ tool: "read_orders", role: "staff" }]);
  });

  test("is nobody where none is configured", async () => {
    script("read_figures");
    const answer = await anAgent({}).answer(asStaff({ verified: ["analytics"] }));
    expect(ran).toEqual([]);
    expect(answer.kind === "answered" && answer.body).toContain("There is no tool");
  });

  test("shares the calls a turn may take, and its doubts: what may have happened goes to a person (R103)", async () => {
    script("read_figures");
    const few = await anAgent({ staff: ["analytics"] }, { maxIterations: 2 }).answer(
      asStaff({ verified: ["analytics"] }),
    );
    expect(few).toMatchObject({ kind: "failed", reason: "too many steps" });
    model.reset();
    script("break");
    const breaking = createAgent({
      settings: quickSettings(),
      models: [aModel(model.baseURL)],
      tools: [
        noting("break", ["analytics"], {
          effect: "write",
          repeatable: false,
          run: () => Promise.reject(new Error("half done")),
        }),
      ],
      delegates: { staff: ["analytics"] },
      prompts: { customer: "", staff: "", admin: "", analytics: "FIGURES PROMPT" },
      log: silentLog,
    });
    expect(await breaking.answer(asStaff({ verified: ["analytics"] }))).toMatchObject({
      kind: "failed",
      reason: "needs a person",
    });
  });

  test("is told what is wrong with how it asked", async () => {
    model.addRule(({ toolResults }) =>
      toolResults.length > 0
        ? { text: `heard: ${toolResults.map(({ content }) => content).join(" | ")}` }
        : {
            toolCalls: [
              { name: "hand_to_agent", arguments: { agent: "admin", task: "delete all" } },
              { name: "hand_to_agent", arguments: { agent: "analytics" } },
            ],
          },
    );
    const answer = await anAgent({ staff: ["analytics"] }).answer(asStaff());
    expect(answer.kind === "answered" && answer.body).toContain("There is no such agent here");
    expect(answer.kind === "answered" && answer.body).toContain("are an agent and a task");
  });
});
