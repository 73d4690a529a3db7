import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTokenBuffer, type Glimpse } from "../../../src/http/chat/token-buffer.ts";
import { until, type Talk } from "../../support/talk.ts";
import {
  acme,
  answersIn,
  beta,
  openChatHouse,
  readEvents,
  request,
  userToken,
  visit,
  type Reply,
} from "./chat-house.ts";

let talk: Talk;
let base: string;
let aheadMs = 0;
beforeAll(async () => {
  talk = await openChatHouse({
    chat: { now: () => Date.now() + aheadMs },
    env: { ENABLE_STREAMING: "false" },
  });
  base = talk.house.service.url();
});
afterAll(() => talk.stop());

const minutes = 60_000;

async function laterBy<T>(ms: number, act: () => Promise<T>): Promise<T> {
  aheadMs += ms;
  try {
    return await act();
  } finally {
    aheadMs = 0;
  }
}

const renew = (token: string, more: object = {}): Promise<Reply> =>
  request(base, {
    method: "POST",
    path: "/support/chat/session",
    body: { site_key: acme.key, ...more },
    headers: { origin: acme.origin, authorization: `Bearer ${token}` },
  });
const speak = (token: string, thread: string) =>
  request(base, {
    method: "GET",
    path: `/api/v1/conversations/${thread}/messages`,
    headers: { authorization: `Bearer ${token}` },
  });

describe("R192, R205: a session", () => {
  it("is short-lived, and renewed while it is used without changing hands", async () => {
    const ana = await visit(base);
    expect((await speak(ana.token, ana.thread)).status).toBe(200);
    await laterBy(14 * minutes, async () => {
      const renewed = await renew(ana.token);
      expect(renewed.body).toMatchObject({ thread_id: ana.thread });
      expect((await speak(ana.token, ana.thread)).status).toBe(200);
    });
    await laterBy(16 * minutes, async () => expect((await speak(ana.token, ana.thread)).status).toBe(401));
  });

  it("comes back after being idle with another token, and the old one is worth nothing from then on (D10)", async () => {
    const ana = await visit(base);
    await laterBy(60 * minutes, async () => {
      const back = await renew(ana.token);
      expect(back.body).toMatchObject({ thread_id: ana.thread });
      expect((await speak(back.body["token"] ?? "", ana.thread)).status).toBe(200);
      // Its answer may have been lost, so a moment later the same again; not any more after that.
      aheadMs += 5 * minutes;
      expect((await renew(ana.token)).status).toBe(401);
    });
  });

  it("that was idle for more than a week begins anew", async () => {
    const ana = await visit(base);
    await laterBy(8 * 24 * 60 * minutes, async () => expect((await renew(ana.token)).status).toBe(401));
  });

  it("D10: has ids nobody can guess, and no two alike", async () => {
    await Promise.all(Array.from({ length: 5 }, () => visit(base)));
    const rows = await talk.rows<{ visitor: string }>(
      "SELECT visitor FROM web_sessions WHERE NOT identified",
    );
    expect(new Set(rows.map(({ visitor }) => visitor)).size).toBe(rows.length);
    for (const { visitor } of rows) {
      expect(visitor).toMatch(/^visitor:[\w-]{43}$/);
      expect(Buffer.from(visitor.slice(8), "base64url")).toHaveLength(32);
    }
  });

  it("of a site that does not exist is not there", async () => {
    const reply = await request(base, {
      method: "POST",
      path: "/support/chat/session",
      body: { site_key: "nobody-web" },
    });
    expect([reply.status, reply.body["error"]?.["code"]]).toEqual([404, "not_found"]);
  });
});

describe("R191: a visitor the site vouches for", () => {
  it("is the same person on every device, with name and language, and finds the conversation again", async () => {
    const claims = { sub: "42", name: "Ana Lima", locale: "pt-BR", email: "ana@acme.example" };
    const phone = await visit(base, { userToken: await userToken(acme.secret, claims) });
    expect(phone.opened.body).toMatchObject({ identified: true });
    await phone.put("m1", "hello [[id:known]]");
    await until(async () => answersIn(await phone.history()).length > 0);
    const laptop = await visit(base, { userToken: await userToken(acme.secret, claims) });
    expect(laptop.thread).toBe(phone.thread);
    expect(answersIn(await laptop.history())[0]).toContain("answer:known");
    const [contact] = await talk.rows("SELECT locale FROM contacts WHERE external_id = 'user:42'");
    expect(contact).toEqual({ locale: "pt-BR" });
    const dump = JSON.stringify(await talk.rows("SELECT * FROM web_sessions"));
    expect(dump).not.toContain("ana@acme.example");
  });

  const tokens: readonly (readonly [string, () => Promise<string>])[] = [
    ["of another company", () => userToken(beta.secret, { sub: "42" })],
    ["that ended", () => userToken(acme.secret, { sub: "42" }, Math.floor(Date.now() / 1000) - 301)],
    ["without an end", () => userToken(acme.secret, { sub: "42" }, "never")],
    ["without a person", () => userToken(acme.secret, { name: "Ana" })],
    ["of nonsense", async () => "a.b.c"],
  ];
  it.each(tokens)("is not believed with a token %s", async (_how, make) => {
    const { opened } = await visit(base, { userToken: await make() });
    expect([opened.status, opened.body["token"]]).toEqual([401, undefined]);
  });

  it("D10: who logs in gets a thread of their own, so that who planted the old session reads nothing", async () => {
    const planted = await visit(base);
    const loggedIn = await renew(planted.token, { user_token: await userToken(acme.secret, { sub: "77" }) });
    const thread = loggedIn.body["thread_id"] ?? "";
    expect(thread).not.toBe(planted.thread);
    expect((await speak(planted.token, thread)).status).toBe(404);
  });

  it("and is on the staff list has the staff's rights, which no name gives (R209)", async () => {
    const mia = await visit(base, { userToken: await userToken(acme.secret, { sub: "mia" }) });
    await mia.put("m1", "claim");
    await until(
      async () => (await mia.call("GET", `/api/v1/conversations/${mia.thread}`)).body["assignee"] === "Mia",
    );
    const eve = await visit(base, { userToken: await userToken(acme.secret, { sub: "eve", name: "Mia" }) });
    await eve.put("m1", "claim");
    await until(async () =>
      answersIn(await eve.history()).some((text) => text.includes("only staff can do that")),
    );
  });
});

describe("R199: without streaming", () => {
  it("a stream brings the whole answer at once, with the same events", async () => {
    const ana = await visit(base);
    const response = await fetch(`${base}/api/v1/ai/chat/stream`, {
      method: "POST",
      headers: { authorization: `Bearer ${ana.token}`, "content-type": "application/json" },
      body: JSON.stringify({ message: "hello [[id:whole]]" }),
    });
    const events = await readEvents(response);
    expect(events.map(({ event }) => event)).toEqual(["start", "token", "done"]);
    expect(events[1]?.data["content"]).toContain("answer:whole");
  });
});

describe("R198: tokens", () => {
  function aBuffer() {
    const written: Glimpse[] = [];
    let due: (() => void) | undefined;
    const timers = {
      set: (fn: () => void, ms: number) => {
        expect(ms).toBe(50);
        due = fn;
        return fn;
      },
      clear: () => (due = undefined),
    };
    const buffer = createTokenBuffer((glimpse) => written.push(glimpse), timers);
    let at = 0;
    const push = (text: string) => {
      buffer.push({ id: "a", from: at, text });
      at += text.length;
    };
    return { buffer, written, push, pass50ms: () => due?.() };
  }

  it("are written after 50 ms when there are few", () => {
    const { written, push, pass50ms } = aBuffer();
    push("one ");
    push("two ");
    expect(written).toEqual([]);
    pass50ms();
    expect(written).toEqual([{ id: "a", from: 0, text: "one two " }]);
  });

  it("are written at once when there are five", () => {
    const { written, push, pass50ms } = aBuffer();
    for (const word of ["a", "b", "c", "d", "e", "f"]) push(word);
    expect(written).toEqual([{ id: "a", from: 0, text: "abcde" }]);
    pass50ms();
    expect(written.at(-1)).toEqual({ id: "a", from: 5, text: "f" });
  });

  it("that would leave a gap are left out until the whole is there", () => {
    const { buffer, written } = aBuffer();
    buffer.push({ id: "a", from: 4, text: "two" });
    buffer.flush();
    expect(written).toEqual([]);
    buffer.reset("a", "one two");
    buffer.flush();
    expect(written).toEqual([{ id: "a", from: 0, text: "one two" }]);
    buffer.reset("a", "one");
    buffer.flush();
    expect(written).toHaveLength(1);
  });
});
