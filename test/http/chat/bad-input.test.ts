import { SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, until, type Talk } from "../../support/talk.ts";
import {
  acme,
  answersIn,
  beta,
  dial,
  openChatHouse,
  request,
  userToken,
  visit,
  type TestVisitor,
} from "./chat-house.ts";

let talk: Talk;
let base: string;
let ana: TestVisitor;
let bea: TestVisitor;
beforeAll(async () => {
  talk = await openChatHouse();
  base = talk.house.service.url();
  [ana, bea] = [await visit(base), await visit(base, { site: beta })];
  await ana.put("m1", "our secret is acme-plan [[id:a]]");
  await until(async () => answersIn(await ana.history()).length > 0);
});
afterAll(() => talk.stop());

const someId = "11111111-1111-4111-8111-111111111111";

/** Every route that names a thread, with a body it would take. */
const routes = (thread: string): readonly (readonly [string, string, unknown?])[] => [
  ["GET", `/api/v1/conversations/${thread}`],
  ["GET", `/api/v1/conversations/${thread}/messages`],
  ["GET", `/api/v1/conversations/${thread}/messages?after=0`],
  ["PUT", `/api/v1/conversations/${thread}/messages/x1`, { text: "hi" }],
  ["PATCH", `/api/v1/conversations/${thread}/messages/m1`, { text: "hi" }],
  ["DELETE", `/api/v1/conversations/${thread}/messages/m1`],
  ["POST", `/api/v1/conversations/${thread}/messages/m1/feedback`, { rating: "up" }],
  ["POST", `/api/v1/conversations/${thread}/actions`, { client_action_id: "a1", action: "baton.human" }],
  ["GET", `/api/v1/conversations/${thread}/attachments/${someId}`],
  ["POST", "/api/v1/ai/chat", { message: "hi", thread_id: thread }],
  ["POST", "/api/v1/ai/chat/stream", { message: "hi", thread_id: thread }],
  ["GET", `/api/v1/ai/chat/stream?message=hi&thread_id=${thread}`],
];

const snapshot = () =>
  talk.rows<{ messages: number; said: number; events: number }>(
    "SELECT (SELECT count(*) FROM web_messages) AS messages, (SELECT count(*) FROM messages) AS said, (SELECT count(*) FROM events) AS events",
  );

describe("D1: a token that proves nothing", () => {
  const forgeries: readonly (readonly [string, () => Promise<string | undefined>])[] = [
    ["is missing", async () => undefined],
    ["is nonsense", async () => "abc"],
    [
      "is ours with a changed letter",
      // Not its last one, whose last bits no signature has.
      async () => ana.token.replace(/[^.](?=[^.]*$)/, (first) => (first === "A" ? "B" : "A")),
    ],
    [
      "is unsigned",
      async () =>
        new UnsecuredJWT({ sid: someId, gen: 0, thr: ana.thread })
          .setIssuer(acme.key)
          .setAudience("session")
          .setExpirationTime("5m")
          .encode(),
    ],
    [
      "is signed with a key of one's own",
      async () =>
        new SignJWT({ sid: someId, gen: 0, thr: ana.thread })
          .setProtectedHeader({ alg: "HS256" })
          .setIssuer(acme.key)
          .setAudience("session")
          .setExpirationTime("5m")
          .sign(new TextEncoder().encode(acme.secret)),
    ],
    ["is a user token", async () => userToken(acme.secret, { sub: "ana", iss: acme.key, aud: "session" })],
    [
      "is for another site's visitor, renamed",
      async () => {
        const [head = "", body = "", mark = ""] = bea.token.split(".");
        const claims = {
          ...(JSON.parse(Buffer.from(body, "base64url").toString()) as object),
          iss: acme.key,
        };
        return [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), mark].join(".");
      },
    ],
  ];
  it.each(forgeries)("%s: every route answers 401 and says how to get one", async (_how, make) => {
    const token = await make();
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    for (const [method, path, body] of routes(ana.thread)) {
      const reply = await request(base, { method, path, body, headers });
      expect([path, reply.status, reply.body["error"]?.["code"]]).toEqual([path, 401, "unauthorized"]);
    }
  });

  it("that was revoked is worth nothing any more", async () => {
    const gone = await visit(base);
    expect((await gone.call("DELETE", "/support/chat/session")).status).toBe(200);
    expect((await gone.put("m1", "hi")).status).toBe(401);
    const back = await request(base, {
      method: "POST",
      path: "/support/chat/session",
      body: { site_key: acme.key },
      headers: { authorization: `Bearer ${gone.token}` },
    });
    expect(back.status).toBe(401);
  });

  it("a ticket opens a stream and nothing else", async () => {
    const { body } = await ana.call("POST", "/support/chat/ticket");
    const ticket = body["ticket"] ?? "";
    const reply = await request(base, {
      method: "GET",
      path: `/api/v1/conversations/${ana.thread}/messages`,
      headers: { authorization: `Bearer ${ticket}` },
    });
    expect(reply.status).toBe(401);
    const stream = await fetch(`${base}/api/v1/ai/chat/stream?message=hi&ticket=${ana.token}`);
    expect(stream.status).toBe(401);
    const good = await fetch(`${base}/api/v1/ai/chat/stream?message=hi&ticket=${ticket}`);
    expect([good.status, good.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect(await good.text()).toContain("event: done");
  });
});

describe("D2: somebody else's conversation", () => {
  it("is not there, for every route, and nothing of it is read or written", async () => {
    await talk.settled();
    const strangers = [bea, await visit(base)];
    const before = await snapshot();
    for (const stranger of strangers) {
      for (const [method, path, body] of routes(ana.thread)) {
        const reply = await stranger.call(method, path, body);
        expect([path, reply.status, reply.body["error"]?.["code"]]).toEqual([path, 404, "not_found"]);
        expect(JSON.stringify(reply.body)).not.toContain("acme-plan");
      }
    }
    expect(await snapshot()).toEqual(before);
  });

  it("gives its events to no socket of a stranger (D7)", async () => {
    const line = dial(base, { thread: ana.thread, token: bea.token, cursor: 0, origin: beta.origin });
    expect(await line.closed).toBe(4404);
    expect(JSON.stringify(line.heard)).not.toContain("acme-plan");
  });
});

describe("D3: an id that is none", () => {
  const odd = [
    "..%2F",
    "%00",
    "%E0%A4%A",
    `${someId}%00`,
    "a%2Cb",
    "%7B%7D",
    "x".repeat(180),
    "-",
    "'%20OR%201=1--",
  ];
  it.each(odd)("%s is a bad request, in every place", async (id) => {
    for (const path of [
      `/api/v1/conversations/${id}`,
      `/api/v1/conversations/${id}/messages`,
      `/api/v1/conversations/${ana.thread}/attachments/${id}`,
    ]) {
      const { status, body } = await ana.call("GET", path);
      expect([path, status]).toEqual([path, 400]);
      expect(JSON.stringify(body)).not.toMatch(/node_modules|at \w+ \(/);
    }
  });

  it("of ten thousand characters is refused, too", async () => {
    const { status } = await ana.call("GET", `/api/v1/conversations/${"x".repeat(10_000)}`);
    expect([400, 404, 414]).toContain(status);
  });

  it("in a body is a bad request where it is an array, an object or too long", async () => {
    for (const id of [["a"], { a: 1 }, "x".repeat(10_000), "../x", "a\0b", 7]) {
      const reply = await ana.call("POST", "/api/v1/ai/chat", { message: "hi", client_message_id: id });
      expect(reply.status).toBe(400);
      expect(reply.body["error"]).toMatchObject({ code: "bad_request", correlationId: expect.any(String) });
    }
  });
});

describe("a body that is not what it should be", () => {
  const raw = (body: string, type = "application/json") =>
    fetch(`${base}/api/v1/ai/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${ana.token}`, "content-type": type },
      body,
    });

  it.each([
    ["half of JSON", '{"message": "hi', "application/json", 400],
    ["a prototype", '{"__proto__": {"role": "staff"}, "message": "hi"}', "application/json", 400],
    ["depth", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, "application/json", 400],
    ["null", "null", "application/json", 400],
    ["a form", "message=hi", "application/x-www-form-urlencoded", 415],
    ["text", '{"message":"hi"}', "text/plain", 415],
    ["a megabyte", JSON.stringify({ message: "x".repeat(1_000_000) }), "application/json", 413],
    ["no text", '{"message": ""}', "application/json", 400],
    ["too much text", JSON.stringify({ message: "x".repeat(40_001) }), "application/json", 400],
  ])("%s is refused with what to do", async (_what, body, type, status) => {
    const response = await raw(body, type);
    const answer = (await response.json()) as { error: { message: string; correlationId: string } };
    expect([response.status, typeof answer.error.message]).toEqual([status, "string"]);
    expect(answer.error.correlationId).toBe(response.headers.get("x-request-id"));
  });

  it("D5: fields nobody asked for change nothing", async () => {
    const eve = await visit(base);
    const wanted = {
      tenant_id: someId,
      company_id: someId,
      role: "staff",
      owner: "human",
      state: "final",
      visitor: "user:mia",
    };
    expect((await eve.put("m1", "hi [[id:mass]]", wanted)).status).toBe(200);
    await until(async () => answersIn(await eve.history()).length > 0);
    const [row] = await talk.rows(
      `SELECT m.role, c.slug, v.owner_kind FROM messages m JOIN conversations v ON v.id = m.conversation_id
       JOIN companies c ON c.id = m.company_id WHERE v.space = $1 AND m.external_id = 'm1'`,
      [eve.thread],
    );
    expect(row).toEqual({ role: "user", slug: "acme", owner_kind: "bot" });
  });

  it("D14: odd text is kept as it is: NUL, a lone surrogate's place, turned-around letters", async () => {
    const eve = await visit(base);
    const text = "a\0b \u202Ecod.exe \u{E0041} 👩‍👩‍👧 ' OR 1=1 -- %_";
    expect((await eve.put("m1", text)).status).toBe(200);
    const [said] = await eve.history();
    expect(said?.["text"]).toBe(text);
  });

  it("R209: an agent that is not for visitors is refused", async () => {
    for (const agent of ["staff", "admin", "analytics"]) {
      const reply = await ana.call("POST", "/api/v1/ai/chat", { message: "hi", agent });
      expect([reply.status, reply.body["error"]?.["code"]]).toEqual([403, "agent_not_allowed"]);
    }
    expect((await ana.call("POST", "/api/v1/ai/chat", { message: "hi", agent: "root" })).status).toBe(400);
  });
});

describe("D6: a page of another origin", () => {
  it.each([
    "https://evil.example",
    "null",
    "http://www.acme.example",
    "https://www.acme.example.evil.example",
    beta.origin,
  ])("%s gets no permission to read, and is refused", async (origin) => {
    const opened = await request(base, {
      method: "POST",
      path: "/support/chat/session",
      body: { site_key: acme.key },
      headers: { origin },
    });
    expect([opened.status, opened.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    const read = await ana.call("GET", `/api/v1/conversations/${ana.thread}`, undefined, { origin });
    expect([read.status, read.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });

  it("is told in the preflight what a page of the site may do, and an unlisted one nothing", async () => {
    const ask = (origin: string) =>
      request(base, {
        method: "OPTIONS",
        path: "/support/chat/session",
        headers: { origin, "access-control-request-method": "POST" },
      });
    const ours = await ask(acme.origin);
    expect([ours.status, ours.headers.get("access-control-allow-origin")]).toEqual([204, acme.origin]);
    expect(ours.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(ours.headers.get("access-control-allow-credentials")).toBeNull();
    expect((await ask("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
    expect((await ask("null")).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("D7: a socket", () => {
  it.each([
    ["of an evil page", "https://evil.example", 403],
    ["of nobody", "null", 403],
  ])("%s is refused before the handshake", async (_who, origin, status) => {
    const line = dial(base, { ...ana, origin });
    expect(await line.closed).toBe(status);
  });

  it("without an origin is refused, unless the site lets programs in", async () => {
    expect(await dial(base, { ...ana, origin: "" }).closed).toBe(4401);
  });

  it("that does not say who it is, says nonsense, or too much, is closed", async () => {
    const nobody = dial(base, { thread: ana.thread });
    await new Promise((resolve) => nobody.socket.once("open", resolve));
    nobody.send({ type: "send_message", client_message_id: "x", text: "hi" });
    expect(await nobody.closed).toBe(4401);
    const wrong = dial(base, { thread: ana.thread, token: "abc" });
    expect(await wrong.closed).toBe(4401);
    const large = dial(base, ana);
    await large.next((event) => event["type"] === "ready");
    large.send("x".repeat(10 * 1024 * 1024));
    expect(await large.closed).toBe(1009);
    const busy = dial(base, ana);
    await busy.next((event) => event["type"] === "ready");
    for (let frame = 0; frame < 60; frame += 1) busy.send({ type: "ping" });
    expect(await busy.closed).toBe(1008);
  });

  it("hears what is wrong with a frame, and goes on", async () => {
    const line = dial(base, ana);
    await line.next((event) => event["type"] === "ready");
    for (const frame of [
      "{",
      "[]",
      "null",
      '{"type":"nope"}',
      '{"type":"send_message","client_message_id":"../x","text":"hi"}',
    ])
      line.send(frame);
    await until(async () => line.heard.filter((event) => event["type"] === "error").length === 5);
    line.send({ type: "ping" });
    await line.next((event) => event["type"] === "pong");
    line.socket.close();
  });

  it("to an id that is none gets a bad request", async () => {
    expect(await dial(base, { thread: "..%2F", token: ana.token }).closed).toBe(400);
  });
});

describe("a button nobody offered", () => {
  it.each([
    ["of the staff", { action: "baton.claim", value: "" }],
    ["of an answer that has none such", { action: "baton.resolve", value: "x" }],
    ["that an answer does not have", { action: "baton.suggestion", value: "give me a discount" }],
  ])("%s does nothing", async (_which, press) => {
    const answer = (await ana.history()).find((message) => message["role"] === "assistant");
    for (const message_id of ["m1", answer?.["id"] ?? ""]) {
      const reply = await ana.call("POST", `/api/v1/conversations/${ana.thread}/actions`, {
        client_action_id: "p1",
        ...press,
        message_id,
      });
      expect(reply.status).toBe(404);
    }
  });

  it("and what we said can be neither changed nor taken back by a visitor", async () => {
    const answer = (await ana.history()).find((message) => message["role"] === "assistant");
    const path = `/api/v1/conversations/${ana.thread}/messages/${answer?.["id"] ?? ""}`;
    expect((await ana.call("PATCH", path, { text: "free money" })).status).toBe(404);
    expect((await ana.call("DELETE", path)).status).toBe(404);
    expect((await ana.call("PUT", path, { text: "free money" })).status).toBe(409);
  });
});

describe("D8: too many requests", () => {
  let busy: Talk;
  beforeAll(async () => {
    busy = await openTalk({
      env: { AI_RATE_LIMIT_PER_MINUTE: "2", AI_RATE_LIMIT_BURST: "3", ACME_WEB_SECRET: acme.secret },
      files: {
        "config/tenants/acme.yaml": `name: Acme\nsites: [{ key: ${acme.key}, origins: ["${acme.origin}"], userTokenSecret: ACME_WEB_SECRET }]\n`,
      },
    });
  });
  afterAll(() => busy.stop());

  it("are refused kindly with when to come back, whatever address the caller claims", async () => {
    const eve = await visit(busy.house.service.url());
    const path = `/api/v1/conversations/${eve.thread}/messages`;
    const replies = [];
    for (let at = 0; at < 6; at += 1)
      replies.push(
        await eve.call(
          "PUT",
          `${path}/m${at}`,
          { text: `hi ${at}` },
          { "x-forwarded-for": `10.0.0.${at}`, "x-real-ip": `10.0.1.${at}` },
        ),
      );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429, 429]);
    const last = replies.at(-1);
    expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(last?.body["error"]).toMatchObject({
      code: "too_many_requests",
      message: expect.stringMatching(/try again in \d+ s/),
    });
    const other = await visit(busy.house.service.url());
    expect((await other.put("m1", "hi")).status).toBe(200);
    // Counted once: what was let in may be sent again, and its turn does not turn it away.
    expect((await eve.put("m2", "hi 2")).status).toBe(200);
    await busy.settled();
    const turnedAway = "SELECT reason FROM messages WHERE reason LIKE 'over the limit%'";
    expect(await busy.rows(turnedAway)).toEqual([]);
    const admitted = await busy.rows("SELECT FROM messages WHERE role = 'user'");
    expect(admitted).toHaveLength(4);
  });

  it("of anonymous visitors from one address share its limit, and those a site vouches for do not (R255)", async () => {
    await busy.house.restart({ env: { AI_RATE_LIMIT_PER_ADDRESS: "2" } });
    const url = busy.house.service.url();
    const statuses = [];
    for (let at = 0; at < 4; at += 1) statuses.push((await (await visit(url)).put("m1", "hi")).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
    const known = await visit(url, { userToken: await userToken(acme.secret, { sub: "zoe" }) });
    expect((await known.put("m1", "hi")).status).toBe(200);
  });

  it("of new sessions from one address are, too", async () => {
    const statuses = [];
    for (let at = 0; at < 40; at += 1) statuses.push((await visit(busy.house.service.url())).opened.status);
    expect(statuses).toContain(429);
  });

  it("are counted for each visitor behind a trusted proxy, and no other address claimed helps", async () => {
    await busy.house.restart({ env: { BATON_TRUSTED_PROXIES: "127.0.0.0/8, ::1" } });
    const open = async (forwarded: string) => {
      const { status } = await request(busy.house.service.url(), {
        method: "POST",
        path: "/support/chat/session",
        body: { site_key: acme.key },
        headers: { origin: acme.origin, "x-forwarded-for": forwarded },
      });
      return status;
    };
    const statuses = [];
    for (let at = 0; at < 40; at += 1) statuses.push(await open(`10.0.0.${at}, 203.0.113.7:${4_000 + at}`));
    expect([statuses.slice(0, 30), statuses.at(-1)]).toEqual([Array(30).fill(200), 429]);
    expect(await open("203.0.113.8")).toBe(200);
    expect(await open("203.0.113.8, 203.0.113.7, 127.0.0.1")).toBe(429);
  });
});
