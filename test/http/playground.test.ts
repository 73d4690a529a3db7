import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStage } from "../e2e/playground-stage.ts";

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage({
    commanded: async (bot, form) => {
      if (form.get("text") === "form") {
        await bot("views.open", { trigger_id: form.get("trigger_id"), view: aView });
        return;
      }
      await bot("chat.postEphemeral", {
        channel: form.get("channel_id"),
        user: form.get("user_id"),
        text: `heard ${form.get("text") ?? ""}`,
      });
    },
  });
});
afterAll(() => stage.close());

const plain = (text: string) => ({ type: "plain_text", text });
const aView = {
  type: "modal",
  callback_id: "note",
  title: plain("A note"),
  submit: plain("Note"),
  blocks: [
    {
      type: "input",
      block_id: "words",
      label: plain("Your note"),
      element: { type: "plain_text_input", action_id: "words", multiline: true, placeholder: plain("Kind") },
    },
  ],
};

const ana = "U0ANA000001";
const ben = "U0BEN000001";

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly error?: string; readonly ts?: string };
}

async function post(action: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${stage.url}/playground/slack/api/${action}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

async function get<T = Record<string, unknown>>(path: string): Promise<{ status: number; body: T }> {
  const response = await fetch(`${stage.url}/playground/slack/api/${path}`);
  return { status: response.status, body: (await response.json()) as T };
}

/** A request with headers that fetch does not let one set. */
function statusAs(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${stage.url}${path}`, { headers, setHost: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject).end();
  });
}

async function says(text: string, more: object = {}): Promise<string> {
  const { body } = await post("say", { user: ana, channel: stage.support, text, ...more });
  return body.ts ?? "";
}

describe("the page", () => {
  test.each([
    ["", "text/html"],
    ["/", "text/html"],
    ["/playground.css", "text/css"],
    ["/slack", "text/html"],
    ["/slack?pane", "text/html"],
    ["/main.js", "text/javascript"],
    ["/icon.svg", "image/svg+xml"],
  ])("is served with the right type and asked for again each time: %s", async (path, type) => {
    const response = await fetch(`${stage.url}/playground${path}`);
    const { headers } = response;
    expect([
      response.status,
      headers.get("content-type")?.split(";")[0],
      headers.get("cache-control"),
    ]).toEqual([200, type, "no-cache"]);
    const again = await fetch(response.url, { headers: { "if-none-match": headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
  });

  test.each(["", "/slack"])(
    "has no inline script or style, and loads nothing from elsewhere: %s",
    async (path) => {
      const html = await (await fetch(`${stage.url}/playground${path}`)).text();
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
      const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? "");
      expect(addresses.filter((address) => !/^(\/playground|\/health$|#)/.test(address))).toEqual([]);
    },
  );

  test("may be framed by our own pages alone, and a pane says that it is one", async () => {
    for (const path of ["", "/slack", "/slack?pane"]) {
      const { headers } = await fetch(`${stage.url}/playground${path}`);
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'self'");
    }
    const html = async (path: string) => (await fetch(`${stage.url}/playground${path}`)).text();
    expect(await html("/slack?pane")).toContain('class="as-pane" data-platform="slack"');
    expect(await html("/slack")).toContain('class="" data-platform="slack"');
  });

  test("names the platforms there are, and has none that is not", async () => {
    const { body } = await get<object>("../../api/state");
    const companies = [{ slug: "", name: "Acme" }];
    expect(body).toEqual({
      platforms: ["slack"],
      staff: true,
      data: "./data",
      model: "your own",
      company: "",
      companies,
    });
    expect((await fetch(`${stage.url}/playground/discord`)).status).toBe(404);
  });

  test.each([
    "/platform.html",
    "/tsconfig.json",
    "/../../package.json",
    "/%2e%2e/%2e%2e/package.json",
    "/nothing.js",
  ])("does not give out %s", async (path) => {
    expect(await statusAs(`/playground${path}`, { host: "localhost" })).toBe(404);
  });
});

describe("what people do", () => {
  test("the scene names the people, the places, the bot, and what is simulated", async () => {
    const { body } = await get<ReturnType<typeof stage.workspace.describe>>("state");
    expect(body).toMatchObject({
      workspace: "Acme",
      bot: { name: "baton" },
      model: "your own",
      data: "./data",
    });
    expect(body.people.map(({ name, isStaff }) => [name, isStaff])).toEqual([
      ["Ana", false],
      ["Ben", false],
      ["Mia", true],
    ]);
    expect(body.channels.map(({ name }) => name)).toEqual(["support", "general", "staff"]);
  });

  test("a message is said as typed: nobody can forge the platform's markup", async () => {
    const ts = await says("hi @baton <!channel> & <@U0BEN000001> see https://example.com/a?b=1&c=2.");
    expect(stage.workspace.message(stage.support, ts)?.text).toBe(
      "hi <@U0BATONBOT1> &lt;!channel&gt; &amp; &lt;@U0BEN000001&gt; see <https://example.com/a?b=1&amp;c=2>.",
    );
  });

  test("a reply is in its thread, an edit is marked, what is deleted is gone, a reaction counts once", async () => {
    const root = await says("my badge is lost");
    const reply = await says("it was blue", { threadTs: root });
    const place = { user: ana, channel: stage.support };
    expect((await post("edit", { ...place, ts: reply, text: "it was green" })).status).toBe(200);
    for (const _twice of [1, 2]) await post("react", { ...place, ts: reply, name: "eyes" });
    const seen = () => stage.workspace.message(stage.support, reply);
    expect(seen()).toMatchObject({
      threadTs: root,
      text: "it was green",
      edited: true,
      reactions: [{ name: "eyes", users: [ana] }],
    });
    await post("react", { ...place, ts: reply, name: "eyes", remove: true });
    expect(seen()?.reactions).toEqual([]);
    await post("delete", { ...place, ts: reply });
    expect(seen()?.deleted).toBe(true);
    expect((await post("edit", { ...place, ts: reply, text: "back?" })).status).toBe(404);
  });

  test("only its author changes a message", async () => {
    const ts = await says("mine");
    for (const action of ["edit", "delete"]) {
      const body = { user: ben, channel: stage.support, ts, ...(action === "edit" ? { text: "yours" } : {}) };
      expect((await post(action, body)).status).toBe(403);
    }
    expect(stage.workspace.message(stage.support, ts)).toMatchObject({
      text: "mine",
      deleted: false,
    });
  });

  test("a file comes back byte for byte, and one that could run scripts only as a download", async () => {
    const content = Buffer.from("<svg onload='alert(1)'/>");
    const ts = await says("", {
      files: [{ name: "a b.svg", mimetype: "image/svg+xml", contentBase64: content.toString("base64") }],
    });
    const [file] = stage.workspace.message(stage.support, ts)?.files ?? [];
    const response = await fetch(`${stage.url}/playground/slack/api/file?id=${file?.id ?? ""}`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''a%20b.svg");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("a form is shown to the one who asked for it, and only one that is open is sent off", async () => {
    await post("command", { user: ana, channel: stage.support, command: "/baton", text: "form" });
    await expect.poll(() => stage.workspace.forms(ana)).toHaveLength(1);
    expect(stage.workspace.forms(ana)).toMatchObject([
      {
        title: "A note",
        submit: "Note",
        fields: [{ name: "words", label: "Your note", placeholder: "Kind", isLong: true }],
      },
    ]);
    expect(stage.workspace.forms(ben)).toEqual([]);
    const { body } = await post("fill", { user: ana, formId: "V0NONE", values: { words: "x" } });
    expect(body["problem"]).toContain("no open view");
    expect((await post("fill", { user: ana, values: {} })).status).toBe(400);
  });

  test("a command reaches Baton, and its ephemeral answer only the one who asked", async () => {
    const place = { user: ana, channel: stage.support };
    expect((await post("command", { ...place, command: "/baton", text: "help me" })).body).toEqual({
      ok: true,
    });
    const heard = async (user: string) => {
      const { body } = await get<{ messages: { text: string }[] }>(
        `messages?channel=${stage.support}&user=${user}`,
      );
      return body.messages.filter(({ text }) => text === "heard help me").length;
    };
    await expect.poll(() => heard(ana)).toBe(1);
    expect(await heard(ben)).toBe(0);
  });

  test("a click on what is not there is told, not thrown", async () => {
    const ts = await says("no buttons here");
    const { status, body } = await post("click", { user: ana, channel: stage.support, ts, actionId: "x" });
    expect([status, body["problem"]]).toEqual([200, expect.stringContaining("nothing to click")]);
  });

  test("what happened shows the deliveries in their order", async () => {
    await says("@baton are you there?");
    type Happenings = { happenings: { seq: number; kind: string; name: string }[] };
    const look = async () => (await get<Happenings>("happenings?after=0")).body.happenings;
    await expect.poll(async () => (await look()).some(({ name }) => name === "app_mention")).toBe(true);
    const sequence = (await look()).map(({ seq }) => seq);
    expect(sequence).toEqual(sequence.toSorted((a, b) => a - b));
  });
});

describe("live changes", () => {
  test("every page is told of a message, and the server can stop while pages listen", async () => {
    const other = await openStage();
    const leaving = new AbortController();
    const response = await fetch(`${other.url}/playground/slack/api/events`, { signal: leaving.signal });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = await reader?.read();
    expect(first?.value).toContain('"kind":"open"');
    other.workspace.says({ user: ana, channel: other.support, text: "hello pages" });
    let told = "";
    while (!told.includes("hello pages")) told += (await reader?.read())?.value ?? "";
    expect(told).toMatch(/"version":\d+,"platform":"slack"/);
    await other.close();
    let end = await reader?.read();
    while (end?.done === false) end = await reader?.read();
    expect(end?.done).toBe(true);
    leaving.abort();
  });
});

describe("bad input", () => {
  const say = { user: ana, channel: "C0SUPPORT01", text: "hi" };
  const file = { name: "a.txt", contentBase64: "aGk=" };
  test.each<[string, string, unknown, string]>([
    ["no text", "say", { ...say, text: " \n" }, "text: is empty"],
    ["a long text", "say", { ...say, text: "x".repeat(12_001) }, "text: is longer than 12 000"],
    ["an unknown person", "say", { ...say, user: "U0NOBODY" }, "user: there is no U0NOBODY"],
    ["a strange id", "say", { ...say, channel: "../x" }, "channel: is no id"],
    ["a number for a text", "say", { ...say, text: 5 }, "text:"],
    ["a field nobody knows", "say", { ...say, asAdmin: true }, "asAdmin"],
    ["no object", "say", [], "the request:"],
    ["null", "say", "null", "the request:"],
    ["no JSON", "say", "{", "not JSON"],
    ["an empty body", "say", "", "not JSON"],
    ["a poisoned prototype", "say", '{"__proto__":{"user":"x"}}', "not JSON"],
    [
      "no base64",
      "say",
      { ...say, files: [{ ...file, contentBase64: "§" }] },
      "contentBase64: is not base64",
    ],
    ["a path for a name", "say", { ...say, files: [{ ...file, name: "../a" }] }, "is no file name"],
    ["four files", "say", { ...say, files: [file, file, file, file] }, "files: are more than 3"],
    [
      "a large file",
      "say",
      { ...say, files: [{ ...file, contentBase64: "AAAA".repeat(400_000) }] },
      "larger than 1 MB",
    ],
    [
      "an edit to nothing",
      "edit",
      { user: ana, channel: "C0SUPPORT01", ts: "1.000000", text: "" },
      "delete the message",
    ],
    [
      "a strange message id",
      "delete",
      { user: ana, channel: "C0SUPPORT01", ts: "now" },
      "ts: is no message id",
    ],
    ["a command without a slash", "command", { ...say, command: "baton" }, "command: is no command"],
  ])("%s is refused with what is wrong", async (_what, action, body, complaint) => {
    const answer = await post(action, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(complaint);
  });

  test.each<[string, unknown]>([
    ["a place the person cannot see", { ...say, channel: "C0NOWHERE" }],
    ["a thread that is not there", { ...say, threadTs: "1.000000" }],
  ])("%s is not found", async (_what, body) => {
    expect((await post("say", body)).status).toBe(404);
  });

  test("the direct conversation of another is closed", async () => {
    const mine = stage.workspace.describe().people.find(({ id }) => id === ben)?.directChannel ?? "";
    expect((await post("say", { ...say, channel: mine })).status).toBe(404);
    expect((await get(`messages?channel=${mine}&user=${ana}`)).status).toBe(404);
  });

  test("the staff's place is closed to everybody else", async () => {
    const { people, channels } = stage.workspace.describe();
    const staff = channels.find(({ members }) => members !== undefined)?.id ?? "";
    const mia = people.find(({ isStaff }) => isStaff)?.id ?? "";
    expect((await get(`messages?channel=${staff}&user=${mia}`)).status).toBe(200);
    expect((await get(`messages?channel=${staff}&user=${ana}`)).status).toBe(404);
    expect((await post("say", { ...say, channel: staff })).status).toBe(404);
  });

  test("a reply cannot be the root of a thread", async () => {
    const reply = await says("inside", { threadTs: await says("root") });
    expect((await post("say", { ...say, threadTs: reply })).status).toBe(400);
  });

  test("only JSON is read, and no more than 5 MB of it", async () => {
    expect(
      (await post("say", "user=x", { "content-type": "application/x-www-form-urlencoded" })).status,
    ).toBe(415);
    expect((await post("say", JSON.stringify(say), { "content-type": "text/plain" })).status).toBe(415);
    expect((await post("say", { ...say, text: "x".repeat(6_000_000) })).status).toBe(413);
  });

  test("requests of other sites are refused, their own page's are not", async () => {
    const before = stage.workspace.messages(stage.support).messages.length;
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: stage.url.replace(/:\d+$/, ":1") },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ])
      expect((await post("say", say, headers)).status).toBe(403);
    expect(stage.workspace.messages(stage.support).messages.length).toBe(before);
    expect((await post("say", say, { origin: stage.url, "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  test("a name that someone else can point at this machine is refused", async () => {
    for (const path of ["/playground", "/playground/slack/api/state"]) {
      expect(await statusAs(path, { host: "evil.example:3000" })).toBe(403);
      for (const host of ["localhost:3000", "127.0.0.1", "[::1]:3000", "10.0.0.7:3000"])
        expect(await statusAs(path, { host })).toBe(200);
    }
  });
});
