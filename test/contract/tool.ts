import { describe, expect, test } from "vitest";
import { parseToolInput, runTool, toolOutcome } from "../../src/agent/run-tool.ts";
import { silentLog } from "../../src/core/log.ts";
import { roles } from "../../src/core/tool.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { aRequest } from "../agent/agent-stand.ts";

/** What a tool hands the suite. */
export interface ToolSubject {
  /** Builds the tool anew. */
  create(): Tool;
  /** Arguments it takes. */
  readonly good: unknown;
  /** Arguments it must refuse, each for a reason of its own. */
  readonly bad: Readonly<Record<string, unknown>>;
}

const identity = ["tenantId", "conversationId", "contactId", "userId", "turnId", "role", "idempotencyKey"];

/** The promises every tool keeps. */
export function toolContract(name: string, subject: ToolSubject): void {
  describe(`${name} keeps the tool contract`, () => {
    test("tells a JSON Schema of an object that models can read", () => {
      const tool = subject.create();
      const schema = JSON.parse(JSON.stringify(tool.input.toJSONSchema())) as Record<string, unknown>;
      expect(schema["type"]).toBe("object");
      expect(schema["additionalProperties"]).toBe(false);
      expect(tool.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(tool.description.length).toBeGreaterThan(20);
    });

    test("names its roles and a timeout of 5 to 10 seconds", () => {
      const tool = subject.create();
      expect(tool.roles.length).toBeGreaterThan(0);
      expect(roles).toEqual(expect.arrayContaining([...tool.roles]));
      expect(tool.timeoutMs).toBeGreaterThanOrEqual(5_000);
      expect(tool.timeoutMs).toBeLessThanOrEqual(10_000);
    });

    test.each(Object.entries(subject.bad))("refuses arguments that are bad: %s", (_, args) => {
      expect(parseToolInput(subject.create(), JSON.stringify(args)).ok).toBe(false);
    });

    test("refuses text that is not JSON", () => {
      expect(parseToolInput(subject.create(), '{"subject": "broken').ok).toBe(false);
    });

    test.each(identity)("takes nobody's word for who is asking: %s", (field) => {
      const args = { ...(subject.good as object), [field]: "00000000-0000-4000-8000-00000000ffff" };
      expect(parseToolInput(subject.create(), JSON.stringify(args)).ok).toBe(false);
    });

    test("gives what its output schema says", async () => {
      const tool = subject.create();
      const outcome = await run(tool, subject.good);
      expect(outcome.kind).toBe("result");
      expect(() => tool.output.parse(JSON.parse(outcome.text))).not.toThrow();
    });

    test("leaves the same result when it runs again under the same key, if it may", async () => {
      const tool = subject.create();
      expect(tool.effect === "write" || tool.repeatable).toBe(true);
      if (!tool.repeatable) return;
      const [first, second] = [await run(tool, subject.good), await run(tool, subject.good)];
      expect(second.kind).toBe("result");
      expect(omitCreated(second.text)).toEqual(omitCreated(first.text));
    });

    test("is stopped by its timeout even when what it waits for never comes", async () => {
      const tool: Tool = { ...subject.create(), timeoutMs: 20, run: () => new Promise(() => {}) };
      const outcome = await run(tool, subject.good);
      expect(outcome.kind).toBe(tool.effect === "write" ? "uncertain" : "error");
    });

    test("is told who asks by the context, whatever the arguments say", async () => {
      const seen: ToolContext[] = [];
      const tool = subject.create();
      const spy: Tool = {
        ...tool,
        run: (input, context) => {
          seen.push(context);
          return tool.run(input, context);
        },
      };
      await run(spy, subject.good);
      expect(seen[0]).toMatchObject({ ...aRequest("").request.context, idempotencyKey: "key" });
    });
  });
}

async function run(tool: Tool, args: unknown) {
  const parsed = parseToolInput(tool, JSON.stringify(args));
  if (!parsed.ok) throw new Error(parsed.problem);
  const never = new AbortController().signal;
  const step = await runTool({
    tool,
    input: parsed.input,
    context: aRequest("").request.context,
    idempotencyKey: "key",
    maxResultBytes: 20_000,
    mayCall: undefined,
    log: silentLog,
    stopped: never,
    expired: never,
  });
  return toolOutcome.parse(step.output);
}

function omitCreated(text: string): unknown {
  const { created: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return rest;
}
