import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createChat, type ChatParts } from "../../../src/http/chat/chat.ts";
import { until, type Talk } from "../../support/talk.ts";
import { acme, answersIn, openChatHouse, request, visit, type Json, type Reply } from "./chat-house.ts";

let talk: Talk;
let base: string;
let document: OpenApi;
beforeAll(async () => {
  talk = await openChatHouse();
  base = talk.house.service.url();
  document = (await request(base, { method: "GET", path: "/api/v1/openapi.json" }))
    .body as unknown as OpenApi;
});
afterAll(() => talk.stop());

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly summary: string;
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { schema?: Json }>> }>
  >;
}

/** Holds a real answer against what the document says of it. */
function expectAsDescribed(method: string, path: string, { status, body, headers }: Reply): void {
  const content = document.paths[path]?.[method.toLowerCase()]?.responses[String(status)]?.content;
  expect(content, `${method} ${path} says nothing of ${status}`).toBeDefined();
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  expect(Object.keys(content ?? {})).toContain(type);
  const schema = content?.[type]?.schema;
  if (schema === undefined) return;
  const parsed = z
    .fromJSONSchema(schema as unknown as Parameters<typeof z.fromJSONSchema>[0])
    .safeParse(body);
  expect(parsed.error?.issues ?? []).toEqual([]);
}

describe("R201: the OpenAPI document", () => {
  it("is version 3.1 and has every route there is, each with a summary and its refusals", async () => {
    expect(document.openapi).toBe("3.1.0");
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual((await servedRoutes()).toSorted());
    for (const methods of Object.values(document.paths)) {
      for (const { summary, responses } of Object.values(methods)) {
        expect(summary.length).toBeGreaterThan(10);
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(["400", "429", "503"]));
      }
    }
  });

  it("describes what is really answered, refusals too", async () => {
    const ana = await visit(base);
    const thread = `/api/v1/conversations/${ana.thread}`;
    const at = "/api/v1/conversations/{thread_id}";
    expectAsDescribed("POST", "/support/chat/session", ana.opened);
    expectAsDescribed("POST", "/support/chat/ticket", await ana.call("POST", "/support/chat/ticket"));
    expectAsDescribed("PUT", `${at}/messages/{message_id}`, await ana.put("m1", "hi"));
    expectAsDescribed("PUT", `${at}/messages/{message_id}`, await ana.put("m1", "other"));
    expectAsDescribed("PUT", `${at}/messages/{message_id}`, await ana.put("m2", ""));
    await until(async () => answersIn(await ana.history()).length > 0);
    expectAsDescribed("GET", `${at}/messages`, await ana.call("GET", `${thread}/messages`));
    expectAsDescribed("GET", `${at}/messages`, await ana.call("GET", `${thread}/messages?after=x`));
    expectAsDescribed("GET", at, await ana.call("GET", thread));
    expectAsDescribed(
      "POST",
      "/api/v1/ai/chat",
      await ana.call("POST", "/api/v1/ai/chat", { message: "hello" }),
    );
    expectAsDescribed(
      "POST",
      "/api/v1/ai/chat",
      await ana.call("POST", "/api/v1/ai/chat", { message: "x", agent: "staff" }),
    );
    expectAsDescribed(
      "POST",
      "/api/v1/ai/chat/stream",
      await ana.call("POST", "/api/v1/ai/chat/stream", { message: "hello" }),
    );
    const answer = (await ana.history()).find((message) => message["role"] === "assistant")?.["id"] ?? "";
    expectAsDescribed(
      "POST",
      `${at}/messages/{message_id}/feedback`,
      await ana.call("POST", `${thread}/messages/${answer}/feedback`, { rating: "up" }),
    );
    expectAsDescribed(
      "POST",
      `${at}/actions`,
      await ana.call("POST", `${thread}/actions`, { client_action_id: "a1", action: "baton.human" }),
    );
    expectAsDescribed(
      "PATCH",
      `${at}/messages/{message_id}`,
      await ana.call("PATCH", `${thread}/messages/m1`, { text: "hi!" }),
    );
    expectAsDescribed(
      "DELETE",
      `${at}/messages/{message_id}`,
      await ana.call("DELETE", `${thread}/messages/m1`),
    );
    expectAsDescribed(
      "DELETE",
      `${at}/messages/{message_id}`,
      await ana.call("DELETE", `${thread}/messages/m1`),
    );
    expectAsDescribed("DELETE", "/support/chat/session", await ana.call("DELETE", "/support/chat/session"));
    expectAsDescribed("GET", at, await ana.call("GET", thread));
  });
});

describe("what a visitor changes", () => {
  it("R349: a thumb is counted once, however often it is pressed", async () => {
    const ana = await visit(base);
    await ana.put("m1", "hello [[id:thumb]]");
    await until(async () => answersIn(await ana.history()).length > 0);
    const answer = (await ana.history()).find((message) => message["role"] === "assistant")?.["id"] ?? "";
    const judge = (rating: string) =>
      ana.call("POST", `/api/v1/conversations/${ana.thread}/messages/${answer}/feedback`, { rating });
    for (const rating of ["up", "up", "down", "down", "up"]) expect((await judge(rating)).status).toBe(200);
    await talk.settled();
    const events = await talk.rows<{ data: { name: string } }>(
      "SELECT data FROM events e JOIN conversations c ON c.id = e.session_id WHERE e.event_type = 'feedback' AND c.space = $1",
      [ana.thread],
    );
    expect(events.map(({ data }) => data.name).toSorted()).toEqual([
      "baton.feedback.down",
      "baton.feedback.up",
      "baton.feedback.up",
    ]);
    expect((await judge("sideways")).status).toBe(400);
    expect((await ana.history()).at(-1)?.["feedback"]).toEqual({ rating: "up" });
  });

  it("an edited message is kept as edited, a deleted one leaves nothing, here and in the conversation", async () => {
    const ana = await visit(base);
    await ana.put("m1", "my pin is canary-4711");
    await until(async () => answersIn(await ana.history()).length > 0);
    await talk.settled();
    const path = `/api/v1/conversations/${ana.thread}/messages/m1`;
    expect((await ana.call("PATCH", path, { text: "never mind" })).status).toBe(200);
    expect((await ana.history())[0]).toMatchObject({ text: "never mind", edited: true });
    // Back and forth: the conversation has what stands on the page, sealed anew each time.
    const sealed = new Set<string>();
    for (const text of ["my pin", "never mind", "my pin", "never mind"]) {
      expect((await ana.call("PATCH", path, { text })).status).toBe(200);
      const [kept] = await talk.rows<{ words: string }>(
        "SELECT md5(content) AS words FROM messages WHERE external_id = 'm1' AND conversation_id = (SELECT id FROM conversations WHERE space = $1)",
        [ana.thread],
      );
      sealed.add(kept?.words ?? "");
    }
    expect(sealed.size).toBe(4);
    expect((await ana.call("DELETE", path)).status).toBe(200);
    expect((await ana.history()).some((message) => message["id"] === "m1")).toBe(false);
    const after = await ana.history("?after=0");
    expect(after.find((message) => message["id"] === "m1")).toMatchObject({ state: "deleted", text: "" });
    const [row] = await talk.rows(
      "SELECT deleted_at IS NOT NULL AS gone, raw FROM messages WHERE external_id = 'm1' AND conversation_id = (SELECT id FROM conversations WHERE space = $1)",
      [ana.thread],
    );
    expect(row).toEqual({ gone: true, raw: null });
  });

  it("the history is read page by page, backwards, without holes", async () => {
    const ana = await visit(base);
    await ana.put("h", "human");
    for (let at = 0; at < 25; at += 1) await ana.put(`m${at}`, `number ${at}`);
    const seen: string[] = [];
    let query = "?limit=10";
    for (;;) {
      const page = await ana.history(query);
      if (page.length === 0) break;
      seen.unshift(...page.map((message) => message["text"] ?? ""));
      query = `?limit=10&before=${page[0]?.["position"] ?? 0}`;
    }
    expect(seen.filter((text) => text.startsWith("number"))).toEqual(
      Array.from({ length: 25 }, (_, at) => `number ${at}`),
    );
  });

  it("nothing of what is said or shown stands readable in the database", async () => {
    const ana = await visit(base);
    await ana.put("m1", "canary-message-0815");
    await until(async () => answersIn(await ana.history()).length > 0);
    for (const table of ["web_messages", "web_threads", "web_sessions", "messages", "deliveries"]) {
      const dump = JSON.stringify(await talk.rows(`SELECT t::text AS row FROM ${table} t`));
      const hex = Buffer.from("canary-message-0815").toString("hex");
      expect(dump).not.toContain("canary-message");
      expect(dump).not.toContain(hex);
    }
    expect(acme.key).toBe("acme-web");
  });
});

/** What the server really has routes for, asked of the framework. */
async function servedRoutes(): Promise<string[]> {
  const { fastify } = await import("fastify");
  const app = fastify();
  const routes: string[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat())
      if (
        /^\/(api|support)\//.test(url) &&
        !["HEAD", "OPTIONS"].includes(one) &&
        !url.endsWith("openapi.json")
      )
        routes.push(`${one} ${url.replaceAll(/:(\w+)/g, "{$1}")}`);
  });
  // Routes are only added here, nothing is asked of what stands behind them.
  const nothing = { forChannel: () => ({}) } as unknown as ChatParts["installations"];
  const parts = { installations: nothing, masterKeys: [], publicUrl: undefined } as unknown as ChatParts;
  const { silentLog } = await import("../../../src/core/log.ts");
  await app.register(createChat({ ...parts, log: silentLog }).routes);
  await app.ready();
  await app.close();
  return routes;
}
