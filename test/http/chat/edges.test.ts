import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { holdModel, numberedWords, until, type Talk } from "../../support/talk.ts";
import { TransientError } from "../../../src/core/errors.ts";
import type { Service } from "../../../src/service.ts";
import type { Database } from "../../../src/store/database.ts";
import {
  acme,
  answersIn,
  dial,
  openChatHouse,
  readEvents,
  visit,
  type Json,
  type TestVisitor,
} from "./chat-house.ts";

/** Two processes on one PostgreSQL and one Redis. */
let redis: TestRedis;
let talk: Talk;
let other: Service;
let here: string;
let there: string;
beforeAll(async () => {
  redis = await startRedis();
  talk = await openChatHouse({
    env: { REDIS_URL: redis.url, OPENAI_MAX_TOKENS: "16000" },
    chat: { limits: { unreadBytes: 128 * 1024 } },
  });
  other = await talk.house.join();
  [here, there] = [talk.house.service.url(), other.url()];
});
afterAll(async () => {
  await talk.stop();
  await redis.stop();
});
beforeEach(() => {
  talk.model.clearFixtures();
  talk.model.setPace({ tokensPerSecond: 0, firstTokenMs: 0 });
});

let asked = 0;
function willAnswer(text: string): string {
  const id = `[[q:edge-${(asked += 1)}]]`;
  talk.model.addFixtures([{ match: { user: id }, answer: { text } }]);
  return `tell me ${id}`;
}

const textOf = (events: readonly Json[]): string =>
  events
    .filter((event) => event["type"] === "token")
    .reduce((text, token) => text.slice(0, token["from"]) + token["content"], "");

const isAnswer = (event: Json): boolean => event["message"]?.["role"] === "assistant";

describe("any process serves any visitor", () => {
  it("what is said to one is seen growing at the other, and whole at the end", async () => {
    talk.model.setPace({ tokensPerSecond: 150 });
    const text = numberedWords(80);
    const ana = await visit(here);
    const line = dial(there, ana);
    await line.next((event) => event["type"] === "ready");
    await ana.put("m1", willAnswer(text));
    await line.next((event) => event["message"]?.["id"] === "m1");
    const answer = await line.next(isAnswer);
    expect(answer["message"]?.["text"]).toBe(text);
    expect(text.startsWith(textOf(line.heard))).toBe(true);
    expect(textOf(line.heard).length).toBeGreaterThan(20);
    line.socket.close();
  });

  it("who lost the connection goes on at the other by the cursor, and misses and doubles nothing", async () => {
    const ana = await visit(here);
    const first = dial(here, ana);
    await first.next((event) => event["type"] === "ready");
    await ana.put("m1", willAnswer("one"));
    await first.next(isAnswer);
    const cursor = Math.max(...first.heard.map((event) => event["message"]?.["cursor"] ?? 0));
    first.socket.terminate();
    for (const [id, text] of [
      ["m2", "two"],
      ["m3", "three"],
    ] as const) {
      await ana.put(id, willAnswer(text));
      await until(async () => answersIn(await ana.history()).includes(text));
    }
    const second = dial(there, { ...ana, cursor });
    await until(async () => second.heard.filter(isAnswer).length === 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const seen = second.heard
      .filter((event) => event["type"] === "message")
      .map((event) => event["message"]?.["text"]);
    expect(seen.filter((text) => text === "two" || text === "three")).toEqual(["two", "three"]);
    expect(new Set(second.heard.map((event) => event["message"]?.["id"])).size).toBe(seen.length + 1);
    second.socket.close();
  });

  it("who comes in the middle of an answer sees what stands there, and the rest as it comes", async () => {
    talk.model.setPace({ tokensPerSecond: 60 });
    const text = numberedWords(100);
    const ana = await visit(here);
    const first = dial(here, ana);
    await first.next((event) => event["type"] === "ready");
    await ana.put("m1", willAnswer(text));
    await until(async () => textOf(first.heard).length > 150);
    const late = dial(there, { ...ana, cursor: 0 });
    const answer = await late.next(isAnswer, 25_000);
    expect(answer["message"]?.["text"]).toBe(text);
    expect(text.startsWith(textOf(late.heard))).toBe(true);
    expect(textOf(late.heard).length).toBeGreaterThan(100);
    first.socket.close();
    late.socket.close();
  });

  it("R208: a conversation that changes hands says so at the other process, with the colleague's name", async () => {
    const ana = await visit(here);
    const line = dial(there, ana);
    await line.next((event) => event["type"] === "ready");
    await ana.call("POST", `/api/v1/conversations/${ana.thread}/actions`, {
      client_action_id: "a1",
      action: "baton.human",
    });
    const status = await line.next((event) => event["status"]?.["owner"] === "queue");
    expect(status).toMatchObject({ type: "status", status: { status: "escalated" } });
    await line.next((event) => String(event["message"]?.["text"]).includes("asked a teammate"));
    await talk.rows(
      `UPDATE conversations SET owner_kind = 'human', owner_queue = NULL, epoch = epoch + 1,
         owner_staff = (SELECT s.id FROM staff s WHERE s.company_id = conversations.company_id AND s.name = 'Mia') WHERE space = $1`,
      [ana.thread],
    );
    const { body } = await ana.call("GET", `/api/v1/conversations/${ana.thread}`);
    expect(body).toMatchObject({ owner: "human", assignee: "Mia" });
    line.socket.close();
  });

  it("with Redis gone nothing is lost: the answer comes, only not word by word", async () => {
    const ana = await visit(here);
    const line = dial(there, ana);
    await line.next((event) => event["type"] === "ready");
    await redis.flush();
    const question = willAnswer("still here");
    await ana.put("m1", question);
    const answer = await line.next(isAnswer, 25_000);
    expect(answer["message"]?.["text"]).toBe("still here");
    line.socket.close();
  });
});

describe("a long answer", () => {
  it("of 30 000 characters with code arrives whole in one message, on the socket and in the history", async () => {
    talk.model.setPace({ tokensPerSecond: 6_000 });
    const block = (at: number) => `Step ${at}:\n\n\`\`\`ts\nconst step${at} = () => ${at};\n\`\`\``;
    const text = Array.from({ length: 700 }, (_, at) => block(at)).join("\n\n");
    expect(text.length).toBeGreaterThan(30_000);
    const ana = await visit(here);
    const line = dial(there, ana);
    await line.next((event) => event["type"] === "ready");
    await ana.put("m1", willAnswer(text));
    const answer = await line.next(isAnswer, 25_000);
    expect(answer["message"]?.["text"]).toBe(text);
    expect(text.startsWith(textOf(line.heard).slice(0, 200))).toBe(true);
    const [, kept] = await ana.history();
    expect(kept?.["text"]).toBe(text);
    line.socket.close();
  });
});

describe("E6: a reader who does not read", () => {
  it("loses only its own connection, and has everything after coming back", async () => {
    const ana = await visit(here);
    const port = Number(new URL(here).port);
    const lazy = connect(port, "127.0.0.1");
    await new Promise<void>((resolve) => lazy.once("connect", () => resolve()));
    lazy.write(
      `GET /ws/chat/${ana.thread} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\norigin: ${acme.origin}\r\nupgrade: websocket\r\n` +
        `connection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `sec-websocket-protocol: baton.v1, token.${ana.token}\r\n\r\n`,
    );
    await new Promise<void>((resolve) => lazy.once("data", () => resolve()));
    lazy.pause(); // from here on it reads nothing
    let isCut = false;
    lazy.once("close", () => (isCut = true));
    lazy.on("error", () => {});
    const quick = dial(here, ana);
    await quick.next((event) => event["type"] === "ready");
    await ana.put("h1", "human"); // so that nobody answers what follows
    const large = "字".repeat(39_000);
    for (let at = 0; at < 60; at += 6)
      await Promise.all(Array.from({ length: 6 }, (_, more) => ana.put(`big${at + more}`, large)));
    await until(async () => {
      // Only reading shows that the other side has hung up.
      if (!isCut) lazy.resume();
      return isCut;
    });
    expect(quick.socket.readyState).toBe(quick.socket.OPEN);
    const back = dial(here, { ...ana, cursor: 0 });
    await back.next((event) => event["message"]?.["id"] === "big0");
    back.socket.terminate();
    quick.socket.terminate();
  });
});

describe("server-sent events", () => {
  const ask = (base: string, ana: TestVisitor, message: string, headers: Record<string, string> = {}) =>
    fetch(`${base}/api/v1/ai/chat/stream`, {
      method: "POST",
      headers: { authorization: `Bearer ${ana.token}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({ message, client_message_id: "m1" }),
    });

  it("cut in the middle go on at another process by Last-Event-ID; the question is asked once", async () => {
    talk.model.setPace({ tokensPerSecond: 60 });
    const text = numberedWords(60);
    const question = willAnswer(text);
    const ana = await visit(here);
    const first = await ask(here, ana, question);
    const reader = first.body?.getReader();
    let heard = "";
    while (!heard.includes("event: token")) heard += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    const lastId = [...heard.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? "";
    const events = await readEvents(await ask(there, ana, question, { "last-event-id": lastId }));
    expect(events.at(-1)?.event).toBe("done");
    expect(textOf(events.map(({ data }) => data))).toBe(text);
    await talk.settled();
    const turns = await talk.rows(
      "SELECT 1 FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE c.space = $1",
      [ana.thread],
    );
    expect(turns).toHaveLength(1);
  });

  it("end at once where a person has it, and say so", async () => {
    const ana = await visit(here);
    await ana.put("h1", "human");
    await until(
      async () => (await ana.call("GET", `/api/v1/conversations/${ana.thread}`)).body["owner"] === "queue",
    );
    const events = await readEvents(await ask(there, ana, "are you there?"));
    expect(events.at(-1)?.data["metadata"]).toMatchObject({ status: { owner: "queue" }, messages: [] });
  });

  it("an answer that takes too long is promised where it will be (R195)", async () => {
    const held = holdModel(talk, "[[slow]]");
    const ana = await visit(here);
    const controller = new AbortController();
    const waiting = fetch(`${here}/api/v1/ai/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${ana.token}`, "content-type": "application/json" },
      body: JSON.stringify({ message: "hello [[slow]]", client_message_id: "m1" }),
      signal: controller.signal,
    }).catch(() => undefined);
    await held.asked;
    controller.abort(); // the caller hangs up; the question is kept
    await waiting;
    held.release();
    await until(async () => answersIn(await ana.history("?after=0")).length === 1);
  });
});

describe("a crash between the transcript and the inbox", () => {
  it("loses nothing: the next start takes in what was kept, once", async () => {
    const ana = await visit(here);
    await ana.put("m1", willAnswer("first"));
    await until(async () => answersIn(await ana.history()).includes("first"));
    await talk.settled();
    const question = willAnswer("second");
    await ana.put("m2", question);
    await until(async () => answersIn(await ana.history()).includes("second"));
    await talk.settled();
    // As if the process had ended right after the first of the two.
    await talk.rows(
      `DELETE FROM messages WHERE external_id = 'm2' AND conversation_id = (SELECT id FROM conversations WHERE space = $1)`,
      [ana.thread],
    );
    talk.model.clearFixtures();
    talk.model.addFixtures([{ match: { user: question.slice(8) }, answer: { text: "second again" } }]);
    await talk.house.restart();
    here = talk.house.service.url();
    await until(async () => {
      const rows = await talk.rows(
        `SELECT 1 FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.space = $1 AND m.external_id = 'm2' AND m.state = 'settled'`,
        [ana.thread],
      );
      return rows.length === 1;
    });
  });
});

describe("a connection that begins while the database is away", () => {
  const away = { now: false };
  const lend = {
    queue: <Q>(queue: Q) => queue,
    database: (database: Database): Database => ({
      ...database,
      statement: async <Row>(...given: Parameters<Database["statement"]>) => {
        if (away.now && given[1].text.startsWith("SELECT c.status, c.owner_kind"))
          throw new TransientError("postgres: connect: the server is starting up");
        return database.statement<Row>(...given);
      },
    }),
  };

  it("is closed, so that the page comes again, and never stays open hearing nothing", async () => {
    const house = await openChatHouse({ lend });
    try {
      const base = house.house.service.url();
      const ana = await visit(base);
      away.now = true;
      expect(await dial(base, ana).closed).toBe(1013);
      away.now = false;
      const line = dial(base, ana);
      await line.next(({ type }) => (type as unknown) === "ready");
      await ana.put("after", "anybody there?");
      await line.next((event) => isAnswer(event));
      line.socket.close();
    } finally {
      await house.stop();
    }
  });
});
