import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { createRest } from "./rest-client.ts";
import type { Answer, Rest } from "./rest-client.ts";

let discord: DiscordSimulator;
let rest: Rest;

beforeEach(async () => {
  discord = await startDiscordSimulator({ embedResolveMs: false });
  rest = createRest(discord);
});

afterEach(async () => {
  await discord.stop();
});

const create = "POST /channels/:channel/messages";

function post(content: string, channel = "#support"): Promise<Answer> {
  return rest("POST", `/channels/${discord.state.findChannel(channel).id}/messages`, { content });
}

function texts(): string[] {
  return discord.messages("#support").map(({ text }) => text);
}

describe("rate limits", () => {
  test("headers count a bucket down; one call too many is told how long to wait, and then let in", async () => {
    discord.configure({ rateLimits: { routes: { [create]: { limit: 2, perMs: 1_500 } } } });
    const first = await post("1");
    expect(first.headers.get("x-ratelimit-limit")).toBe("2");
    expect(first.headers.get("x-ratelimit-remaining")).toBe("1");
    expect(first.headers.get("x-ratelimit-bucket")).toMatch(/^[0-9a-f]{32}$/);
    expect(Number(first.headers.get("x-ratelimit-reset-after"))).toBeLessThanOrEqual(1.5);
    expect((await post("2")).headers.get("x-ratelimit-remaining")).toBe("0");
    const refused = await post("3");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-ratelimit-scope")).toBe("user");
    expect(refused.headers.get("retry-after")).toMatch(/^[12]$/);
    expect(refused.body).toMatchObject({ message: "You are being rate limited.", global: false });
    expect((await post("elsewhere", "#general")).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, Number(refused.body["retry_after"]) * 1000 + 5));
    expect((await post("4")).status).toBe(200);
    expect(texts()).toEqual(["1", "2", "4"]);
  });

  test("by default five messages in five seconds go into one channel", async () => {
    const answers: number[] = [];
    for (let n = 0; n < 6; n += 1) answers.push((await post(String(n))).status);
    expect(answers).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test("the global limit is over all routes, and interactions are outside it", async () => {
    discord.configure({ rateLimits: { global: { limit: 2, perMs: 60_000 } } });
    await rest("GET", "/users/@me");
    await rest("GET", "/gateway/bot");
    const refused = await post("x");
    expect([refused.status, refused.body["global"]]).toEqual([429, true]);
    expect(refused.headers.get("x-ratelimit-global")).toBe("true");
    expect((await rest("POST", "/interactions/1/x/callback", { type: 5 })).body["code"]).toBe(10062);
  });

  test("too many invalid calls and the address is banned, with a page instead of JSON", async () => {
    discord.configure({ rateLimits: { invalid: { limit: 2, perMs: 60_000 } } });
    discord.permit({ channel: "#support", deny: ["SendMessages"] });
    await rest("GET", "/users/@me", undefined, { authorization: "Bot x" });
    expect((await post("x")).status).toBe(403);
    const banned = await rest("GET", "/users/@me");
    expect([banned.status, banned.headers.get("content-type")]).toEqual([429, "text/html; charset=UTF-8"]);
    expect(banned.text).toContain("1015");
  });

  test("switched off, nothing is counted", async () => {
    discord.configure({ rateLimits: false });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => post(String(n))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0]?.headers.get("x-ratelimit-limit")).toBeNull();
  });
});

describe("faults", () => {
  test("a cut after accepting leaves the message there and the caller without an answer", async () => {
    discord.faults.rest({ route: create, times: 1, do: { kind: "cut" } });
    await expect(post("posted")).rejects.toThrow("fetch failed");
    expect(texts()).toEqual(["posted"]);
    expect(discord.history().calls).toMatchObject([
      { status: 0, ok: false, effect: "applied", fault: "cut", body: { content: "posted" } },
    ]);
    expect(discord.history().calls[0]?.messageId).toBe(discord.messages("#support")[0]?.id);
    expect(discord.history().counts[`call ${create} applied but not told`]).toBe(1);
    expect((await post("next")).status).toBe(200);
  });

  test("a cut or an error before accepting leaves nothing", async () => {
    discord.faults.rest({ route: create, times: 1, do: { kind: "cut", when: "before" } });
    await expect(post("lost")).rejects.toThrow("fetch failed");
    discord.faults.rest({ route: create, times: 1, do: { kind: "status", status: 503, when: "before" } });
    expect((await post("lost")).status).toBe(503);
    expect(texts()).toEqual([]);
    expect(discord.history().calls.map(({ effect }) => effect)).toEqual(["none", "none"]);
  });

  test("a 5xx after accepting, a delay and a garbled answer are served as asked", async () => {
    discord.faults.rest({ route: "POST /channels/*", times: 1, do: { kind: "status", status: 500 } });
    discord.faults.rest({ text: "slow", do: { kind: "delay", ms: 40 } });
    discord.faults.rest({ text: "garbled", do: { kind: "malformed" } });
    expect((await post("told wrong")).status).toBe(500);
    expect((await post("slow")).status).toBe(200);
    expect(discord.history().calls.at(-1)?.ms).toBeGreaterThanOrEqual(39);
    expect((await post("garbled")).text).toBe('{"id": "1');
    expect(texts()).toEqual(["told wrong", "slow", "garbled"]);
  });

  test("a refusal by code, a 429 with its scope and the proxy's 429 are served as asked", async () => {
    discord.faults.rest({
      times: 1,
      do: { kind: "error", status: 403, code: 50001, message: "Missing Access" },
    });
    expect((await post("x")).body).toEqual({ message: "Missing Access", code: 50001 });
    discord.faults.rest({ times: 1, do: { kind: "rate_limit", retryAfterSeconds: 0.5, scope: "shared" } });
    const shared = await post("x");
    expect([shared.status, shared.body["retry_after"]]).toEqual([429, 0.5]);
    expect(shared.headers.get("x-ratelimit-scope")).toBe("shared");
    discord.faults.rest({ times: 1, do: { kind: "cloudflare", retryAfterSeconds: 2 } });
    const page = await post("x");
    expect([page.status, page.headers.get("retry-after")]).toEqual([429, "2"]);
    expect(page.text).toMatch(/^<!DOCTYPE html>/);
    expect(texts()).toEqual([]);
  });

  test("a rate limit without a count ends by itself", async () => {
    discord.faults.rest({ channel: "#support", do: { kind: "rate_limit", retryAfterSeconds: 0.05 } });
    expect((await post("x")).status).toBe(429);
    expect((await post("x", "#general")).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await post("x")).status).toBe(200);
  });

  test("a fault strikes only what it names, skips and counts", async () => {
    const id = discord.faults.rest({
      route: [create],
      channel: "#support",
      text: "hit",
      skip: 1,
      times: 1,
      do: { kind: "status", status: 500, when: "before" },
    });
    const answers = [];
    for (const text of ["miss", "hit 1", "hit 2", "hit 3"]) answers.push((await post(text)).status);
    expect(answers).toEqual([200, 200, 500, 200]);
    expect(discord.faults.list().rest).toMatchObject([{ id, matched: 2, struck: 1 }]);
    discord.faults.clear(id);
    expect(discord.faults.list().rest).toEqual([]);
  });
});

describe("the record", () => {
  test("numbers calls and events in one row, and forgets the oldest beyond its limit", async () => {
    await discord.stop();
    discord = await startDiscordSimulator({ historyLimit: 10, rateLimits: false });
    rest = createRest(discord);
    for (let n = 0; n < 30; n += 1) await post(String(n));
    const { calls, dispatches, forgotten, counts } = discord.history();
    expect(calls.length).toBeLessThanOrEqual(11);
    expect(forgotten).toBeGreaterThan(30);
    expect(counts[`call ${create} ok`]).toBe(30);
    const last = calls.at(-1)?.seq ?? 0;
    expect(Math.abs(last - (dispatches.at(-1)?.seq ?? 0))).toBe(1);
  });

  test("in counting mode keeps counts only", async () => {
    discord.configure({ record: "counts" });
    await post("x");
    expect(discord.history()).toMatchObject({
      calls: [],
      dispatches: [],
      counts: { [`call ${create} ok`]: 1 },
    });
  });

  test("a reset brings back the seed", async () => {
    discord.addChannel({ name: "extra" });
    discord.faults.rest({ do: { kind: "status", status: 500 } });
    await post("x");
    discord.reset();
    expect(discord.history()).toMatchObject({ calls: [], messages: [], forgotten: 0 });
    expect(() => discord.state.findChannel("#extra")).toThrow("no channel #extra");
    expect((await post("y")).status).toBe(200);
  });

  test("whoever listens is told of every change while it listens", async () => {
    const kinds: string[] = [];
    const stop = discord.onChange(({ kind }) => kinds.push(kind));
    await post("x");
    expect(kinds).toEqual(["message", "dispatch", "call"]);
    stop();
    await post("y");
    expect(kinds).toHaveLength(3);
  });
});
