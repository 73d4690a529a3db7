import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createSlackPacer } from "../../../channels/slack/pace.ts";
import { createSlackWeb } from "../../../channels/slack/web.ts";
import { silentLog } from "../../../src/core/log.ts";

let server: Server | undefined;

afterEach(async () => {
  const closing = server;
  server = undefined;
  closing?.closeAllConnections();
  await new Promise((resolve) => (closing === undefined ? resolve(undefined) : closing.close(resolve)));
});

/** A server that answers every call as told, and the bodies it read. */
async function aSlack(answer: (body: string) => { status?: number; body: string } | undefined) {
  const bodies: string[] = [];
  const started = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      bodies.push(body);
      const said = answer(body);
      if (said !== undefined) response.writeHead(said.status ?? 200, { "retry-after": "7" }).end(said.body);
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const address = started.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { bodies, port, web: aWeb(port) };
}

function aWeb(port: number) {
  return createSlackWeb({
    token: "xoxb-secret",
    apiUrl: `http://127.0.0.1:${port}/api/`,
    log: silentLog,
    pacer: createSlackPacer({ pace: "platform" }),
  });
}

describe("calling Slack", () => {
  it("sends objects as JSON in a form, and leaves out what is not set", async () => {
    const { web, bodies } = await aSlack(() => ({ body: '{"ok":true,"ts":"1.2"}' }));
    const answer = await web.call("chat.postMessage", {
      channel: "C1",
      thread_ts: undefined,
      text: "ä&b",
      blocks: [{ type: "divider" }],
    });
    expect(answer["ts"]).toBe("1.2");
    expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toEqual({
      channel: "C1",
      text: "ä&b",
      blocks: '[{"type":"divider"}]',
    });
  });

  it("was certainly not heard where nobody listens", async () => {
    const { port } = await aSlack(() => undefined);
    const closing = server;
    server = undefined;
    await new Promise((resolve) => closing?.close(resolve));
    await expect(aWeb(port).call("chat.postMessage", {})).rejects.toMatchObject({
      name: "TransientError",
      code: "unreachable",
    });
  });

  it("may have been heard when no answer comes, and when it is stopped meanwhile", async () => {
    const { web, bodies } = await aSlack(() => undefined);
    await expect(web.call("chat.postMessage", {}, { timeoutMs: 50 })).rejects.toMatchObject({
      name: "UncertainError",
    });
    await expect(web.call("chat.update", {}, { timeoutMs: 50 })).rejects.toMatchObject({
      name: "TransientError",
    });
    const stopping = new AbortController();
    const call = web.call("chat.postMessage", {}, { signal: stopping.signal });
    while (bodies.length < 3) await new Promise((resolve) => setTimeout(resolve, 2));
    stopping.abort();
    await expect(call).rejects.toMatchObject({ name: "UncertainError" });
  });

  it("asks the checkpoint after the wait and before the first byte, and sends nothing when it throws", async () => {
    const { web, bodies } = await aSlack(() => ({ body: '{"ok":true}' }));
    const checkpoint = (): never => {
      throw new RangeError("not any more");
    };
    await expect(web.call("chat.postMessage", {}, { checkpoint })).rejects.toBeInstanceOf(RangeError);
    await web.call("chat.postMessage", { text: "after" });
    expect(bodies).toEqual(["text=after"]);
  });

  it("says when to come back, and asks no earlier", async () => {
    const { web, bodies } = await aSlack(() => ({ status: 429, body: '{"ok":false,"error":"ratelimited"}' }));
    await expect(web.call("users.info", { user: "U1" })).rejects.toMatchObject({
      name: "TransientError",
      retryAfterMs: 7_000,
    });
    await expect(web.call("users.info", { user: "U1" })).rejects.toMatchObject({
      name: "TransientError",
      code: "ratelimited",
    });
    expect(bodies).toHaveLength(1);
  });

  it("never says the token", async () => {
    const { web } = await aSlack(() => ({ status: 503, body: "xoxb-secret" }));
    const failure: unknown = await web
      .call("chat.postMessage", { text: "private" })
      .catch((cause: unknown) => cause);
    let told = "";
    for (let at = failure; at instanceof Error; at = at.cause) told += `${at.message} ${JSON.stringify(at)}`;
    expect(told).not.toMatch(/xoxb|private/);
  });
});
