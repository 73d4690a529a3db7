import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { ChannelRequest, ChannelRoute } from "../../src/core/channel.ts";
import { SettingsError, TransientError } from "../../src/core/errors.ts";
import { silentLog, type Log } from "../../src/core/log.ts";
import { createHttp, type HttpParts, type HttpServer } from "../../src/http/http.ts";
import { createMetrics } from "../../src/insights/metrics.ts";

const open: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop(AbortSignal.timeout(1_000))));
});

const allHealthy = {
  database: async () => "healthy" as const,
  redis: async () => "healthy" as const,
  llm_api: async () => "healthy" as const,
};

async function aServer(over: Partial<HttpParts> = {}): Promise<HttpServer> {
  const server = createHttp({
    host: "127.0.0.1",
    port: 0,
    routes: [],
    health: allHealthy,
    metrics: createMetrics(),
    log: silentLog,
    ...over,
  });
  open.push(server);
  await server.start();
  return server;
}

/** A door that remembers what came through it. */
function aDoor(over: Partial<ChannelRoute> = {}): { route: ChannelRoute; seen: ChannelRequest[] } {
  const seen: ChannelRequest[] = [];
  const route: ChannelRoute = {
    method: "POST",
    path: "/door",
    maxBodyBytes: 1_000,
    handle: async (request) => {
      seen.push(request);
      return { status: 200, headers: { "content-type": "text/plain" }, body: "ok" };
    },
    ...over,
  };
  return { route, seen };
}

describe("channel routes", () => {
  test("get the bytes that were sent, whatever the type says", async () => {
    const { route, seen } = aDoor();
    const { url } = await aServer({ routes: [route] });
    const bytes = Buffer.from([0, 255, 10, 13, 123, 34]);
    for (const type of [
      "application/json",
      "application/x-www-form-urlencoded",
      "made-up/type; charset=none",
      undefined,
    ]) {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const response = await fetch(`${url}/door?a=1&a=2&__proto__=x`, {
        method: "POST",
        body: bytes,
        headers,
      });
      expect([response.status, await response.text()]).toEqual([200, "ok"]);
    }
    expect(seen).toHaveLength(4);
    for (const request of seen) {
      expect(request.body.equals(bytes)).toBe(true);
      expect(request.query["a"]).toBe("1");
    }
  });

  test("get an empty body where none was sent", async () => {
    const { route, seen } = aDoor();
    const { url } = await aServer({ routes: [route] });
    expect((await fetch(`${url}/door`, { method: "POST" })).status).toBe(200);
    expect(seen[0]?.body).toHaveLength(0);
  });

  test("a body over the limit is refused before it is read (A7)", async () => {
    const { route, seen } = aDoor();
    const { url } = await aServer({ routes: [route] });
    const fits = await fetch(`${url}/door`, { method: "POST", body: "x".repeat(1_000) });
    const over = await fetch(`${url}/door`, { method: "POST", body: "x".repeat(1_001) });
    expect([fits.status, over.status]).toEqual([200, 413]);
    expect(seen).toHaveLength(1);
  });

  test("a body of unannounced length is cut off at the limit too", async () => {
    const { route, seen } = aDoor();
    const { url } = await aServer({ routes: [route] });
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(600)),
    });
    const init = { method: "POST", body: endless, duplex: "half" } as RequestInit;
    const status = await fetch(`${url}/door`, init).then(
      (response) => response.status,
      () => "cut",
    );
    expect([413, "cut"]).toContain(status);
    expect(seen).toEqual([]);
  });

  test("a compressed body is refused, so that nothing can unpack (A7)", async () => {
    const { route, seen } = aDoor();
    const { url } = await aServer({ routes: [route] });
    const body = gzipSync(Buffer.alloc(100_000));
    const response = await fetch(`${url}/door`, {
      method: "POST",
      body,
      headers: { "content-encoding": "gzip" },
    });
    expect(response.status).toBe(415);
    expect(seen).toEqual([]);
  });

  test("what cannot be taken in now is a 503 that says when to come again", async () => {
    const { route } = aDoor({
      handle: () => Promise.reject(new TransientError("database: canary is away", { retryAfterMs: 2_500 })),
    });
    const { url } = await aServer({ routes: [route] });
    const response = await fetch(`${url}/door`, { method: "POST" });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "3"]);
    expect(await response.text()).not.toContain("canary");
  });

  test("a channel that does not answer in time is a 503, never a hang (I9)", async () => {
    const { route } = aDoor({ handle: () => new Promise(() => {}) });
    const { url } = await aServer({ routes: [route], limits: { postMs: 50, getMs: 50 } });
    expect((await fetch(`${url}/door`, { method: "POST" })).status).toBe(503);
  });

  test("a bug is a 500 with an id and without a stack, and the log has it all (I3)", async () => {
    const errors: object[] = [];
    const log: Log = { ...silentLog, error: (fields) => void errors.push(fields) };
    const { route } = aDoor({ handle: () => Promise.reject(new TypeError("canary of undefined")) });
    const { url } = await aServer({ routes: [route], log });
    const response = await fetch(`${url}/door`, { method: "POST" });
    const body = await response.text();
    expect(response.status).toBe(500);
    expect(body).not.toMatch(/canary|TypeError|\.ts:|at /);
    expect(errors).toMatchObject([
      { correlationId: JSON.parse(body).correlationId, error: { message: "canary of undefined" } },
    ]);
  });
});

describe("every answer", () => {
  test("carries a correlation id; a sane one of the caller's is kept, a strange one replaced (R341)", async () => {
    const { route, seen } = aDoor();
    const { url } = await aServer({ routes: [route] });
    const ask = async (id?: string) => {
      const headers: Record<string, string> = id === undefined ? {} : { "x-request-id": id };
      return (await fetch(`${url}/door`, { method: "POST", headers })).headers.get("x-request-id");
    };
    expect(await ask("edge-0001.abc")).toBe("edge-0001.abc");
    expect(await ask()).toMatch(/^[0-9a-f-]{36}$/);
    for (const strange of ["x", "a".repeat(65), "../../etc/passwd", "a b c d e f g h", '{"a":1,"b":2}']) {
      expect(await ask(strange)).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(seen[0]?.correlationId).toBe("edge-0001.abc");
  });

  test("carries the headers that keep browsers out of trouble", async () => {
    const { url } = await aServer();
    const { headers } = await fetch(`${url}/health`);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("strict-transport-security")).toBeNull();
    expect(headers.get("x-powered-by")).toBeNull();
    const secure = await aServer({ secure: true });
    expect((await fetch(`${secure.url}/health`)).headers.get("strict-transport-security")).toContain(
      "max-age",
    );
  });

  test("to a path nobody serves is a plain 404", async () => {
    const { url } = await aServer();
    const response = await fetch(`${url}/nothing`);
    expect([response.status, await response.json()]).toMatchObject([404, { error: "not found" }]);
  });

  test("to garbage on the wire is a 400, and the server lives on", async () => {
    const { url } = await aServer();
    const { port } = new URL(url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), "127.0.0.1", () => socket.end("NOT HTTP\r\n\r\n"));
      socket.once("data", (data) => resolve(String(data)));
      socket.once("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });
});

describe("the address a request counts for", () => {
  async function addressOf(
    forwarded: string | undefined,
    trustedProxies?: readonly string[],
  ): Promise<string> {
    const { url } = await aServer({
      trustedProxies,
      extra: (app) => void app.get("/who", async (request) => request.ip),
    });
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    return (await fetch(`${url}/who`, { headers })).text();
  }

  test("is the connection's, whatever is claimed, where no proxy is trusted or another one is (D8)", async () => {
    expect(await addressOf("203.0.113.7")).toBe("127.0.0.1");
    expect(await addressOf("203.0.113.7", [])).toBe("127.0.0.1");
    expect(await addressOf("203.0.113.7", ["10.0.0.0/8"])).toBe("127.0.0.1");
    expect(await addressOf(undefined, ["127.0.0.1"])).toBe("127.0.0.1");
  });

  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["6.6.6.6, 203.0.113.7", "203.0.113.7"],
    ["6.6.6.6, 203.0.113.7, 10.1.2.3, 10.9.9.9", "203.0.113.7"],
    ["10.1.2.3, 203.0.113.7:40123", "203.0.113.7"],
    ["[2001:db8::7]:443", "2001:db8::7"],
    ["2001:db8::7", "2001:db8::7"],
    ["203.0.113.7, unknown", "0.0.0.0"],
    ["203.0.113.7,", "0.0.0.0"],
    ["10.1.2.3", "10.1.2.3"],
  ])("behind trusted proxies is the last one that is none of theirs: %s (D8)", async (forwarded, address) => {
    expect(await addressOf(forwarded, ["127.0.0.1", "10.0.0.0/8"])).toBe(address);
  });
});

describe("/health", () => {
  test.each([
    ["all is well", {}, 200, "healthy"],
    [
      "Redis and the model are not set up",
      { redis: "not_configured", llm_api: "not_configured" },
      200,
      "healthy",
    ],
    ["Redis is down", { redis: "unhealthy" }, 200, "degraded"],
    ["the model is down", { llm_api: "unhealthy" }, 200, "degraded"],
    ["the database is down", { database: "unhealthy" }, 503, "unhealthy"],
  ] as const)("when %s (R313)", async (_, over, status, overall) => {
    const conditions = { database: "healthy", redis: "healthy", llm_api: "healthy", ...over } as const;
    const { url } = await aServer({
      health: {
        database: async () => conditions.database,
        redis: async () => conditions.redis,
        llm_api: async () => conditions.llm_api,
      },
    });
    const response = await fetch(`${url}/health`);
    expect([response.status, await response.json()]).toEqual([
      status,
      { status: overall, checks: conditions },
    ]);
  });

  test("a look that throws or hangs means unhealthy, and its reason stays inside", async () => {
    const { url } = await aServer({
      health: {
        ...allHealthy,
        database: () => Promise.reject(new Error("canary")),
        redis: () => new Promise(() => {}),
      },
    });
    const body = await (await fetch(`${url}/health`)).text();
    expect(JSON.parse(body).checks).toEqual({
      database: "unhealthy",
      redis: "unhealthy",
      llm_api: "healthy",
    });
    expect(body).not.toContain("canary");
  });

  test("asking often does not look often", async () => {
    let looks = 0;
    const { url } = await aServer({
      health: { ...allHealthy, database: async () => ((looks += 1), "healthy" as const) },
    });
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/health`)));
    expect(looks).toBeLessThan(20);
  });
});

describe("/metrics", () => {
  test("has the promised names (R330)", async () => {
    const metrics = createMetrics();
    metrics.watchQueue(async () => ({ waiting: 3, delayed: 0, active: 1, failed: 0 }));
    const { url } = await aServer({ metrics });
    await fetch(`${url}/ready`);
    const response = await fetch(`${url}/metrics`);
    const page = await response.text();
    expect(response.headers.get("content-type")).toContain("text/plain");
    for (const name of [
      "ai_conversations_total",
      "ai_tokens_per_conversation",
      "ai_cost_dollars_total",
      "ai_response_time_seconds",
      "ai_errors_total",
      "baton_inbound_total",
      "baton_turns_total",
      "baton_deliveries_total",
      'baton_queue_jobs{state="waiting"} 3',
      'baton_http_requests_total{status="2xx"}',
      "process_resident_memory_bytes",
    ]) {
      expect(page).toContain(name);
    }
  });

  test("a queue that does not answer does not take the page away", async () => {
    const metrics = createMetrics();
    metrics.watchQueue(() => Promise.reject(new Error("away")));
    const { url } = await aServer({ metrics });
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });
});

describe("the server's life", () => {
  test("finishes requests in hand, refuses new ones, and frees its port", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let arrived = (): void => {};
    const inside = new Promise<void>((resolve) => (arrived = resolve));
    const { route } = aDoor({
      handle: async () => {
        arrived();
        await held;
        return { status: 200, body: "late but whole" };
      },
    });
    const server = await aServer({ routes: [route] });
    const { url } = server;
    const inHand = fetch(`${url}/door`, { method: "POST" });
    await inside;
    const stopped = server.stop(AbortSignal.timeout(20_000));
    const said = () =>
      fetch(`${url}/ready`).then(
        ({ status }) => String(status),
        (cause: Error) => cause.message,
      );
    await expect.poll(said).toBe("fetch failed");
    release();
    expect(await (await inHand).text()).toBe("late but whole");
    const answeredAt = performance.now();
    await stopped;
    // The caller would keep its connection for more.
    expect(performance.now() - answeredAt).toBeLessThan(10_000);
    await server.stop(AbortSignal.timeout(10));
  });

  test("cuts what does not end by the deadline", async () => {
    let arrived = (): void => {};
    const inside = new Promise<void>((resolve) => (arrived = resolve));
    const { route } = aDoor({ handle: () => (arrived(), new Promise(() => {})) });
    const server = await aServer({ routes: [route], limits: { postMs: 60_000, getMs: 60_000 } });
    const cut = fetch(`${server.url}/door`, { method: "POST" }).catch(() => "cut");
    await inside;
    await server.stop(AbortSignal.timeout(50));
    expect(await cut).toBe("cut");
  });

  test("can be stopped before it started", async () => {
    const server = createHttp({
      host: "127.0.0.1",
      port: 0,
      routes: [],
      health: allHealthy,
      metrics: createMetrics(),
      log: silentLog,
    });
    await server.stop(AbortSignal.timeout(100));
    expect(() => server.url).toThrow("not listening");
  });

  test("a taken port is a setting to change, said so", async () => {
    const first = await aServer();
    const second = aServer({ port: Number(new URL(first.url).port) });
    await expect(second).rejects.toThrow(SettingsError);
    await expect(second).rejects.toThrow(/PORT: 127.0.0.1:\d+ is taken/);
  });

  test("serves routes of the caller's own with JSON bodies", async () => {
    const { url } = await aServer({
      extra: (app) => void app.post("/own", async (request) => ({ got: request.body })),
    });
    const response = await fetch(`${url}/own`, {
      method: "POST",
      body: JSON.stringify({ a: 1 }),
      headers: { "content-type": "application/json" },
    });
    expect(await response.json()).toEqual({ got: { a: 1 } });
  });
});
