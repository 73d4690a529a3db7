import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addEmbedFiles } from "../../../src/http/chat/embed-files.ts";

let app: FastifyInstance;
beforeAll(async () => {
  app = Fastify();
  await addEmbedFiles(app);
});
afterAll(() => app.close());

const get = (url: string, headers = {}) => app.inject({ method: "GET", url, headers });
const named = (text: string) =>
  [...text.matchAll(/\/embed\/[\w-]+\/[\w-]+\.(?:js|css)/g)].map(([url]) => url);

test("R214: what a page or the loader names is kept for good by browsers and content networks", async () => {
  for (const door of ["/chat", "/embed.js"]) {
    const { headers, body } = await get(door);
    expect(headers["cache-control"]).toBe("no-cache");
    expect(named(body).length).toBeGreaterThan(0);
    for (const url of named(body)) {
      const file = await get(url);
      expect([file.statusCode, file.headers["cache-control"]]).toEqual([
        200,
        "public, max-age=31536000, immutable",
      ]);
      // What it imports stands beside it, under the same version.
      for (const [, beside = ""] of file.body.matchAll(/from "\.\/([\w-]+\.js)"/g))
        expect((await get(url.replace(/[\w-]+\.js$/, beside))).headers["cache-control"]).toContain(
          "immutable",
        );
    }
  }
});

test("R214: the doors are asked for again each time, which costs nothing while nothing has changed", async () => {
  const { headers } = await get("/chat");
  expect((await get("/chat", { "if-none-match": headers.etag })).statusCode).toBe(304);
});

test("R214: a version of another release gives the files that are here, and nobody keeps them", async () => {
  const file = await get("/embed/another-one/chat.js");
  expect([file.statusCode, file.headers["cache-control"]]).toEqual([200, "no-cache"]);
  expect((await get("/embed/another-one/nothing.js")).statusCode).toBe(404);
  expect((await get("/embed/another-one/..%2f..%2fpackage.json")).statusCode).toBe(404);
});

test("what the pages ask the server for is no file, and keeps its address", async () => {
  expect((await get("/embed/page.js")).body).toContain('"/embed/site.json"');
});
