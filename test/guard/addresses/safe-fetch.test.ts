import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PermanentError, TransientError, UncertainError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { SafeRequest } from "../../../src/core/safe-fetch.ts";
import { createSafeFetch } from "../../../src/guard/addresses/safe-fetch.ts";

let server: Server;
let origin: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage[];
let looked: string[];

beforeEach(async () => {
  asked = [];
  looked = [];
  answer = (_, response) => response.end("hello");
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://erp.shop.example.com:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The origin of the test's server is one an operator allowed; nothing else is. */
function fetcher(addresses: readonly string[] = ["127.0.0.1"], timeoutMs = 5_000) {
  const fetchSafely = createSafeFetch({
    allowedOrigins: [origin],
    timeoutMs,
    resolve: async (name) => {
      looked.push(name);
      return addresses;
    },
    log: silentLog,
  });
  return (request: Omit<SafeRequest, "signal">) =>
    fetchSafely({ ...request, signal: new AbortController().signal });
}

describe("fetching what data names", () => {
  test("asks an allowed origin under its own name, at the address that was looked up once", async () => {
    const response = await fetcher()({ url: `${origin}/orders?id=1` });
    expect(response).toMatchObject({ status: 200, url: `${origin}/orders?id=1` });
    expect(response.body.toString()).toBe("hello");
    expect(asked[0]?.headers.host).toBe(origin.slice("http://".length));
    expect(looked).toEqual(["erp.shop.example.com"]);
  });

  test.each([
    ["a public and a private address", ["93.184.216.34", "127.0.0.1"]],
    ["a private one", ["10.1.2.3"]],
    ["a mapped one", ["::ffff:10.0.0.1"]],
    ["the metadata service", ["169.254.169.254"]],
  ])(
    "refuses a public name that resolves to %s, without a word about what is there",
    async (_, addresses) => {
      const failure = fetcher(addresses)({ url: "https://127-0-0-1.nip.io/" });
      await expect(failure).rejects.toThrow(PermanentError);
      await expect(failure).rejects.toThrow("the address may not be fetched");
      expect(asked).toEqual([]);
    },
  );

  test.each(["http://127.0.0.1", "file:///etc/passwd", "http://localhost/", "gopher://x.example.com/"])(
    "does not follow a redirect to %s",
    async (location) => {
      answer = (_, response) => response.writeHead(302, { location }).end();
      await expect(fetcher()({ url: origin })).rejects.toThrow("may not be fetched");
      expect(asked).toHaveLength(1);
    },
  );

  test("follows five redirects and no sixth", async () => {
    answer = ({ url = "/" }, response) => {
      const hop = Number(url.slice(1));
      if (hop === 5) response.end("there");
      else response.writeHead(302, { location: `/${hop + 1}` }).end();
    };
    expect((await fetcher()({ url: `${origin}/0` })).body.toString()).toBe("there");
    await expect(fetcher()({ url: `${origin}/-1` })).rejects.toThrow("too often");
  });

  test("does not send what changes something to a second place", async () => {
    answer = (_, response) => response.writeHead(307, { location: "/other" }).end();
    const response = await fetcher()({ url: origin, method: "POST", body: "{}" });
    expect(response.status).toBe(307);
    expect(asked).toHaveLength(1);
  });

  test("stops reading where the answer is too large, also when it is packed small", async () => {
    answer = (_, response) => response.end(Buffer.alloc(2_000_000));
    await expect(fetcher()({ url: origin, maxBytes: 1_000_000 })).rejects.toThrow(PermanentError);
    answer = (_, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(50_000_000)));
    await expect(fetcher()({ url: origin, maxBytes: 1_000_000 })).rejects.toThrow("larger than");
  });

  test("calls a write whose answer did not come uncertain, and one that never reached anybody not", async () => {
    answer = (request) => request.socket.destroy();
    await expect(fetcher()({ url: origin, method: "POST", body: "{}" })).rejects.toThrow(UncertainError);
    await expect(fetcher()({ url: origin })).rejects.toThrow(TransientError);
    await expect(fetcher(["127.0.0.2"])({ url: origin, method: "POST" })).rejects.toThrow(TransientError);
  });

  test("unpacks what is packed", async () => {
    answer = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("packed"));
    expect((await fetcher()({ url: origin })).body.toString()).toBe("packed");
  });

  test("gives up on a body that only drips", async () => {
    answer = (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("."), 20);
      response.once("close", () => clearInterval(drip));
    };
    await expect(fetcher(["127.0.0.1"], 300)({ url: origin })).rejects.toThrow(TransientError);
  });

  test("does not carry headers of one origin to another one", async () => {
    const second = createServer((request, response) => {
      asked.push(request);
      response.end("second");
    });
    await new Promise<void>((resolve) => second.listen(0, "127.0.0.1", resolve));
    const other = `http://other.shop.example.com:${(second.address() as AddressInfo).port}`;
    answer = (_, response) => response.writeHead(302, { location: other }).end();
    const fetchSafely = createSafeFetch({
      allowedOrigins: [origin, other],
      resolve: async () => ["127.0.0.1"],
      log: silentLog,
    });
    const signal = new AbortController().signal;
    await fetchSafely({ url: origin, headers: { authorization: "Bearer secret" }, signal });
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer secret", undefined]);
    second.closeAllConnections();
    await new Promise((resolve) => second.close(resolve));
  });
});
