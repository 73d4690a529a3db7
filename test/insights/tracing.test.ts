import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createTracing, withSpan } from "../../src/insights/tracing.ts";

/** A collector that keeps what it is sent. */
async function aCollector() {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      bodies.push(`${request.url} ${body}`);
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, bodies, close };
}

describe("tracing", () => {
  test("without a collector a span is a plain call", async () => {
    const tracing = createTracing({ endpoint: undefined });
    await tracing.start();
    expect(await withSpan("turn", { correlationId: "k-1" }, async (span) => [span, "done"])).toEqual([
      undefined,
      "done",
    ]);
    await tracing.stop(AbortSignal.timeout(100));
  });

  test("with one, spans arrive nested, with their correlation id and without the words of failures", async () => {
    const collector = await aCollector();
    const tracing = createTracing({ endpoint: collector.url, service: "baton-test" });
    await tracing.start();
    const failing = withSpan("turn", { correlationId: "k-2" }, () =>
      withSpan("model call", { correlationId: "k-2" }, () => Promise.reject(new TypeError("canary"))),
    );
    await expect(failing).rejects.toThrow("canary");
    await tracing.stop(AbortSignal.timeout(5_000));
    await tracing.stop(AbortSignal.timeout(5_000));
    await collector.close();
    const sent = collector.bodies.join("\n");
    expect(sent).toMatch(/^\/v1\/traces /);
    for (const part of ["baton-test", "turn", "model call", "correlationId", "k-2", "TypeError"]) {
      expect(sent).toContain(part);
    }
    expect(sent).not.toContain("canary");
    const { spans } = JSON.parse(sent.replace("/v1/traces ", "")).resourceSpans[0].scopeSpans[0];
    const inner = spans.find((span: { name: string }) => span.name === "model call");
    const outer = spans.find((span: { name: string }) => span.name === "turn");
    expect(inner.parentSpanId).toBe(outer.spanId);
  });

  test("a collector that is gone does not hurt the service", async () => {
    const collector = await aCollector();
    await collector.close();
    const tracing = createTracing({ endpoint: collector.url });
    await tracing.start();
    expect(await withSpan("turn", {}, async () => 1)).toBe(1);
    const late = AbortSignal.timeout(20_000);
    await tracing.stop(late);
    expect(late.aborted).toBe(false);
  });
});
