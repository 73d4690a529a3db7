import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until, type Talk } from "../../support/talk.ts";
import { acme, answersIn, beta, openChatHouse, visit, type TestVisitor } from "./chat-house.ts";

let talk: Talk;
let base: string;
beforeAll(async () => {
  talk = await openChatHouse();
  base = talk.house.service.url();
});
afterAll(() => talk.stop());

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNggID/eMkBko0AAOQkC/cQkEuVAAAAAElFTkSuQmCC",
  "base64",
);
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
const html = Buffer.from("<!doctype html><script>alert(1)</script>");

async function upload(visitor: TestVisitor, name: string, bytes: Buffer, type = "application/octet-stream") {
  const response = await fetch(
    `${base}/api/v1/conversations/${visitor.thread}/attachments?name=${encodeURIComponent(name)}`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${visitor.token}`, origin: acme.origin, "content-type": type },
      body: new Uint8Array(bytes),
    },
  );
  const body = (await response.json()) as { id: string; name: string; mime_type: string; bytes: number };
  return { status: response.status, body };
}

function download(visitor: TestVisitor, id: string, by = visitor) {
  return fetch(`${base}/api/v1/conversations/${visitor.thread}/attachments/${id}`, {
    headers: { authorization: `Bearer ${by.token}` },
  });
}

describe("a file of a visitor", () => {
  it("comes back byte for byte, with the type its bytes have, whatever was claimed", async () => {
    const ana = await visit(base);
    const { status, body } = await upload(ana, "photo.exe", png);
    expect([status, body.mime_type, body.bytes, body.name]).toEqual([
      201,
      "image/png",
      png.length,
      "photo.exe",
    ]);
    const file = await download(ana, body.id);
    expect(file.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await file.arrayBuffer()).equals(png)).toBe(true);
  });

  it.each([
    ["an SVG", "logo.svg", svg],
    ["an HTML page", "page.html", html],
    ["text", '"><script>alert(1)</script>.txt', Buffer.from("hello")],
  ])("D11: %s is only ever saved, never shown or run", async (_what, name, bytes) => {
    const ana = await visit(base);
    const { status, body } = await upload(ana, name, bytes);
    expect([status, body.mime_type]).toEqual([201, "text/plain"]);
    const file = await download(ana, body.id);
    expect(file.headers.get("content-type")).toBe("application/octet-stream");
    expect(file.headers.get("content-disposition")).toMatch(/^attachment; filename\*=UTF-8''[\w.%-]+$/);
    expect(file.headers.get("x-content-type-options")).toBe("nosniff");
    expect(file.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
  });

  it("reaches the model's eyes as a name, and its message only with a file of the same thread", async () => {
    const [ana, ben] = [await visit(base), await visit(base)];
    const { body } = await upload(ana, "../../etc/plan.png", png);
    expect(body.name).toBe("plan.png");
    const stolen = await ben.put("m1", "look", { attachments: [body.id] });
    expect([stolen.status, stolen.body["error"]?.["code"]]).toEqual([400, "no_such_attachment"]);
    expect((await ana.put("m1", "look [[id:file]]", { attachments: [body.id] })).status).toBe(200);
    await until(async () => answersIn(await ana.history()).length > 0);
    const [asked] = talk.model.history().filter(({ text }) => text.includes("[[id:file]]"));
    expect(JSON.stringify(asked?.body)).toContain("[attached: plan.png, image/png]");
    const said = (await ana.history()).find((message) => message["role"] === "user");
    expect(said?.["attachments"]).toEqual([
      { id: body.id, name: "plan.png", mime_type: "image/png", bytes: png.length },
    ]);
  });

  it("is nobody else's: not of another visitor's, not of another company's (D2)", async () => {
    const [ana, ben, bea] = [await visit(base), await visit(base), await visit(base, { site: beta })];
    const { body } = await upload(ana, "a.png", png);
    for (const other of [ben, bea]) {
      expect((await download(ana, body.id, other)).status).toBe(404);
      expect((await download(other, body.id)).status).toBe(404);
    }
  });

  it("D13: is refused when it is empty or too large, and takes no room then", async () => {
    const ana = await visit(base);
    expect((await upload(ana, "a.bin", Buffer.alloc(0))).status).toBe(400);
    expect((await upload(ana, "a.bin", Buffer.alloc(11 * 1024 * 1024))).status).toBe(413);
    expect((await upload(ana, "a.txt", Buffer.from("x"), "text/plain")).status).toBe(415);
    const rows = await talk.rows("SELECT 1 FROM web_files WHERE thread_id = $1", [ana.thread]);
    expect(rows).toEqual([]);
  });
});
