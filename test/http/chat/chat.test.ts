import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { numberedWords, until, type Talk } from "../../support/talk.ts";
import { acme, answersIn, dial, openChatHouse, readEvents, visit } from "./chat-house.ts";

let talk: Talk;
let base: string;
beforeAll(async () => {
  talk = await openChatHouse({ env: { OPENAI_MAX_TOKENS: "16000" } });
  base = talk.house.service.url();
});
afterAll(() => talk.stop());
beforeEach(() => {
  talk.model.clearFixtures();
  talk.model.setPace({ tokensPerSecond: 0, firstTokenMs: 0 });
});

describe("asking and waiting", () => {
  it("R195: answers the whole in one response, with its thread and a way to a person (R164)", async () => {
    const ana = await visit(base);
    const { status, body } = await ana.call("POST", "/api/v1/ai/chat", { message: "hello [[id:one]]" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      thread_id: ana.thread,
      response: expect.stringContaining("answer:one"),
      status: { owner: "bot" },
    });
    expect(body["messages"]?.[0]?.["buttons"]).toMatchObject([{ action: "baton.human" }]);
  });
});

describe("a socket", () => {
  it("R193, R194: takes a message and tells the growing answer, then the whole of it", async () => {
    talk.model.setPace({ tokensPerSecond: 200 });
    const text = numberedWords(60);
    talk.model.addFixtures([{ match: { user: "[[q:ws]]" }, answer: { text } }]);
    const ana = await visit(base);
    const line = dial(base, ana);
    await line.next((event) => event["type"] === "ready");
    line.send({ type: "send_message", client_message_id: "m1", text: "tell me [[q:ws]]" });
    await line.next((event) => event["type"] === "receipt");
    const final = await line.next((event) => event["message"]?.["role"] === "assistant");
    expect(final["message"]?.["text"]).toBe(text);
    const tokens = line.heard.filter((event) => event["type"] === "token");
    expect(tokens.length).toBeGreaterThan(2);
    let shown = "";
    for (const token of tokens) shown = shown.slice(0, token["from"]) + token["content"];
    expect(text.startsWith(shown)).toBe(true);
    line.socket.close();
  });
});

describe("a stream", () => {
  it("R196, R197: starts, brings tokens and is done, as server-sent events", async () => {
    talk.model.setPace({ tokensPerSecond: 200 });
    const ana = await visit(base);
    const response = await fetch(`${base}/api/v1/ai/chat/stream`, {
      method: "POST",
      headers: {
        origin: acme.origin,
        authorization: `Bearer ${ana.token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ message: "hello [[id:sse]]" }),
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const events = await readEvents(response);
    expect(events[0]).toMatchObject({ event: "start", data: { thread_id: ana.thread } });
    expect(events.at(-1)?.event).toBe("done");
    const said = events
      .filter(({ event }) => event === "token")
      .reduce((text, { data }) => text.slice(0, data["from"]) + data["content"], "");
    expect(said).toContain("answer:sse");
    expect(events.at(-1)?.data["metadata"]?.["messages"]?.[0]?.["text"]).toBe(said);
  });
});

describe("a repeated request", () => {
  it("is the same message: sent three times, answered once", async () => {
    const ana = await visit(base);
    const [one, two] = await Promise.all([
      ana.put("m1", "hi [[id:twice]]"),
      ana.put("m1", "hi [[id:twice]]"),
    ]);
    await until(async () => answersIn(await ana.history()).length > 0);
    const three = await ana.put("m1", "hi [[id:twice]]");
    expect([one.status, two.status, three.status]).toEqual([200, 200, 200]);
    expect([two.body, three.body]).toEqual([one.body, one.body]);
    expect((await ana.put("m1", "something else")).status).toBe(409);
    await talk.settled();
    expect(answersIn(await ana.history())).toHaveLength(1);
    const turns = await talk.rows(
      "SELECT 1 FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE c.space = $1",
      [ana.thread],
    );
    expect(turns).toHaveLength(1);
  });
});
