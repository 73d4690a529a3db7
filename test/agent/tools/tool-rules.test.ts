import { z } from "zod";
import { describe, expect, test } from "vitest";
import { askForApproval } from "../../../src/agent/tools/ask-for-approval.ts";
import { limitTools } from "../../../src/agent/tools/limit-tools.ts";
import { findUnknownNames, offerTools } from "../../../src/agent/tools/offer-tools.ts";
import { createToolBelts } from "../../../src/agent/tool-belt.ts";
import { parseToolInput, runTool, toolOutcome } from "../../../src/agent/run-tool.ts";
import type { KeptCall } from "../../../src/core/kept-call.ts";
import { silentLog } from "../../../src/core/log.ts";
import { roles } from "../../../src/core/tool.ts";
import { createMemoryFastState } from "../../../src/store/memory-fast-state.ts";
import { callTool } from "../../tools/run.ts";
import { aRequest, aTool } from "../agent-stand.ts";

const { context } = aRequest("").request;

describe("a tool that needs approval, as an agent sees it", () => {
  const asked: KeptCall[] = [];
  const desk = {
    request: async (request: KeptCall) => {
      asked.push(request);
      return { expiresAt: new Date(0) };
    },
  };
  const ran: unknown[] = [];
  const refund = aTool({
    name: "refund",
    input: z.strictObject({ subject: z.string(), amount: z.number().default(5) }),
    effect: "write",
    repeatable: false,
    approval: "staff",
    run: async (input) => ran.push(input),
  });
  const offered = askForApproval(refund, desk);

  test("asks with the arguments that would run, defaults included, and does not run", async () => {
    const parsed = parseToolInput(offered, '{"subject":"A-1"}');
    if (!parsed.ok) throw new Error(parsed.problem);
    const never = new AbortController().signal;
    const step = await runTool({
      tool: offered,
      input: parsed.input,
      context,
      idempotencyKey: "key",
      maxResultBytes: 10_000,
      mayCall: undefined,
      log: silentLog,
      stopped: never,
      expired: never,
    });
    expect(toolOutcome.parse(step.output)).toMatchObject({ kind: "result" });
    expect(toolOutcome.parse(step.output).text).toContain("Nothing has been done yet");
    expect(asked).toEqual([
      expect.objectContaining({
        tool: "refund",
        arguments: '{"subject":"A-1","amount":5}',
        requester: context.contactId,
        idempotencyKey: "key",
      }),
    ]);
    expect(ran).toEqual([]);
  });

  test("refuses arguments the tool itself would refuse, before anybody is asked", () => {
    expect(parseToolInput(offered, '{"subject":"A-1","amount":"all"}').ok).toBe(false);
    expect(parseToolInput(offered, '{"subject":"A-1","userId":"somebody"}').ok).toBe(false);
  });

  test("is offered where the tool itself is not", () => {
    expect(createToolBelts([refund])(context).find("refund")).toBeUndefined();
    expect(createToolBelts([offered])(context).find("refund")).toBe(offered);
  });
});

describe("a tool's own rules (R107)", () => {
  const ran: unknown[] = [];
  const booking = (check: () => Promise<string | undefined>) =>
    aTool({ name: "book", effect: "write", repeatable: false, check, run: async (input) => ran.push(input) });

  test("stop a call before it runs, and the model is told why", async () => {
    const outcome = await callTool(
      booking(async () => "We are closed on Mondays."),
      { subject: "Monday" },
    );
    expect(outcome).toEqual({ kind: "error", text: "We are closed on Mondays." });
    expect(ran).toEqual([]);
  });

  test("that break leave nothing uncertain: nothing has happened", async () => {
    const outcome = await callTool(
      booking(() => Promise.reject(new Error("down"))),
      { subject: "x" },
    );
    expect(outcome.kind).toBe("error");
    expect(ran).toEqual([]);
  });

  test("are asked before a colleague is", async () => {
    const asked: unknown[] = [];
    const desk = {
      request: async (request: KeptCall) => {
        asked.push(request);
        return { expiresAt: new Date(0) };
      },
    };
    const seen: unknown[] = [];
    const tool = aTool({
      approval: "staff",
      check: async (input) => {
        seen.push(input);
        return "Too late for that.";
      },
    });
    const outcome = await callTool(askForApproval(tool, desk), { subject: "A-1" });
    expect(outcome).toEqual({ kind: "error", text: "Too late for that." });
    expect(seen).toEqual([{ subject: "A-1" }]);
    expect(asked).toEqual([]);
  });
});

describe("which tools a caller gets (R111, R144)", () => {
  const [cinema, catering] = ["a", "b"].map(
    (letter) => `00000000-0000-4000-8000-00000000000${letter}` as typeof context.tenantId,
  );
  const all = [
    { family: "clock", tool: aTool({ name: "get_time", roles: [...roles] }) },
    { family: "crm", tool: aTool({ name: "crm_find", roles: ["staff", "admin"] }) },
    { family: "crm", tool: aTool({ name: "crm_delete", roles: ["admin"] }) },
    { family: "numbers", tool: aTool({ name: "query", roles: ["analytics"] }) },
  ];
  function namesFor(names: readonly string[] | undefined, role: (typeof roles)[number]): readonly string[] {
    if (cinema === undefined || catering === undefined) throw new Error("two tenants are needed");
    const choices = [
      { tenantId: cinema, names },
      { tenantId: catering, names: ["numbers"] },
    ];
    const belt = createToolBelts(offerTools(all, choices))({ role, tenantId: cinema });
    const offered = belt.definitions.map((definition) => definition.function.name);
    for (const { tool } of all) expect(belt.find(tool.name) !== undefined).toBe(offered.includes(tool.name));
    return offered;
  }

  test.each([
    ["customer", ["get_time"]],
    ["staff", ["get_time", "crm_find"]],
    ["admin", ["get_time", "crm_find", "crm_delete"]],
    ["analytics", ["get_time", "query"]],
  ] as const)("%s: by role alone", (role, names) => {
    expect(namesFor(undefined, role)).toEqual(names);
  });

  test("a list names families or tools, narrows for its tenant, and widens nobody's rights", () => {
    expect(namesFor(["crm"], "admin")).toEqual(["crm_find", "crm_delete"]);
    expect(namesFor(["crm_find"], "admin")).toEqual(["crm_find"]);
    expect(namesFor(["crm", "query"], "customer")).toEqual([]);
    expect(namesFor([], "admin")).toEqual([]);
  });

  test("a name nobody has is found, a family that is switched off is not", () => {
    expect(findUnknownNames(all, ["crm", "get_time", "web", "crmm"], ["clock", "crm", "web"])).toEqual([
      "crmm",
    ]);
  });
});

describe("a tool's own limit (R112)", () => {
  test("counts each tool and each caller by themselves, and says when to come back", async () => {
    const fast = createMemoryFastState();
    const mayCall = limitTools(fast);
    const [one, other] = [
      aTool({ name: "one", rateLimit: { perMinute: 2 } }),
      aTool({ name: "other", rateLimit: { perMinute: 1 } }),
    ];
    const somebody = {
      ...context,
      contactId: "00000000-0000-4000-8000-00000000000a" as typeof context.contactId,
    };
    expect((await mayCall(one, context)).allowed).toBe(true);
    expect((await mayCall(one, context)).allowed).toBe(true);
    const refused = await mayCall(one, context);
    expect(refused.allowed).toBe(false);
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect((await mayCall(one, somebody)).allowed).toBe(true);
    expect((await mayCall(other, context)).allowed).toBe(true);
    expect((await mayCall(aTool({ name: "free" }), context)).allowed).toBe(true);
    await fast.stop();
  });
});
