import { describe, expect, test } from "vitest";
import { TransientError } from "../src/core/errors.ts";
import { createLogger } from "../src/logger.ts";

function aLogger(over: { level?: "debug" | "info"; pretty?: boolean } = {}) {
  const lines: string[] = [];
  const log = createLogger({ level: "info", pretty: false, write: (line) => void lines.push(line), ...over });
  return { log, lines };
}

describe("logger", () => {
  test("writes one JSON line an event, with the level by name and no clutter", () => {
    const { log, lines } = aLogger();
    log.info({ conversationId: "c1", waitedMs: 12 }, "turn answered");
    expect(lines).toHaveLength(1);
    const { time, ...rest } = JSON.parse(lines[0] ?? "");
    expect(rest).toEqual({ level: "info", conversationId: "c1", waitedMs: 12, msg: "turn answered" });
    expect(Number.isNaN(Date.parse(time))).toBe(false);
  });

  test("carries the correlation id of a child into every line (R341)", () => {
    const { log, lines } = aLogger();
    const child = log.child({ correlationId: "k-1" }).child({ turnId: "t-1" });
    child.info({}, "turn claimed");
    child.warn({}, "model slow");
    expect(lines.map((line) => JSON.parse(line).correlationId)).toEqual(["k-1", "k-1"]);
  });

  test("keeps debug to itself unless asked (R342)", () => {
    const quiet = aLogger();
    quiet.log.debug({}, "body");
    expect(quiet.lines).toEqual([]);
    const loud = aLogger({ level: "debug" });
    loud.log.debug({}, "body");
    expect(loud.lines).toHaveLength(1);
  });

  test.each([true, false])("lets no secret out by name or by shape, pretty: %s (I12)", (pretty) => {
    const { log, lines } = aLogger({ pretty });
    const error = new TransientError("slack: call with xoxb-1-canary-a failed", {
      cause: new Error("connect postgresql://baton:canary-b@db:5432 refused"),
    });
    log.error(
      { error, botToken: "canary-c", a: { apiKey: "canary-d", b: { password: "canary-e" } } },
      "Bearer canary-f-12345678",
    );
    log.info({ url: "redis://:canary-g@redis", key: "sk-canary-h-123456789" }, "xapp-1-canary-i");
    const text = lines.join("");
    expect(text).not.toContain("canary");
    expect(text).toContain("•••");
    expect(text).toContain("@db:5432");
  });

  test("tells an error's chain of causes and codes", () => {
    const { log, lines } = aLogger();
    const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    log.error({ error: new AggregateError([new Error("one")], "many", { cause }) }, "shutdown was not clean");
    expect(JSON.parse(lines[0] ?? "").error).toMatchObject({
      type: "AggregateError",
      message: "many",
      cause: { message: "refused", code: "ECONNREFUSED" },
      errors: [{ message: "one" }],
    });
  });

  test("is readable for people on a terminal", () => {
    const { log, lines } = aLogger({ pretty: true });
    log.warn({ channel: "slack", error: new Error("gone") }, "delivery retried");
    // oxlint-disable-next-line no-control-regex -- colours are control characters
    const plain = lines.join("").replace(/\u001b\[\d+m/g, "");
    expect(plain).toMatch(/^\d\d:\d\d:\d\d warn {2}delivery retried {2}channel=slack\n {4}Error: gone\n/);
  });
});
