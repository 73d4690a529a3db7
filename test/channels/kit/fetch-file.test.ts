import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { fetchFile, readBounded } from "../../../channels/kit/fetch-file.ts";
import { PermanentError } from "../../../src/core/errors.ts";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

async function read(url: string, hosts: readonly string[], maxBytes = 1_000): Promise<string> {
  const response = await fetchFile({
    platform: "test",
    url,
    isAllowed: ({ origin }) => hosts.includes(origin),
    headers: { authorization: "Bearer secret" },
  });
  return (await readBounded(response, maxBytes, "test")).toString();
}

const codeOf = async (reading: Promise<string>): Promise<unknown> => {
  const failure = await reading.catch((cause: unknown) => cause);
  return failure instanceof PermanentError ? failure.code : failure;
};

describe("fetching a person's file", () => {
  it("follows redirects between hosts that are allowed, with the credentials", async () => {
    const store = await serve((request, response) => response.end(request.headers.authorization));
    const door = await serve((_, response) => response.writeHead(302, { location: `${store}/x` }).end());
    expect(await read(door, [door, store])).toBe("Bearer secret");
  });

  it("goes to no host that is not allowed, also not after a redirect", async () => {
    const reached: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      reached.push(request.url);
      response.end("secret of the house");
    });
    const door = await serve((_, response) => response.writeHead(302, { location: `${other}/in` }).end());
    expect(await codeOf(read(door, [door]))).toBe("file_host");
    expect(await codeOf(read(`${door.replace("//", "//user:pass@")}/x`, [door]))).toBe("file_host");
    for (const odd of ["file:///etc/passwd", "x", ""])
      expect(await codeOf(read(odd, [door]))).toBe("file_host");
    expect(reached).toEqual([]);
  });

  it("gives up on a redirect that never ends", async () => {
    const door = await serve((_, response) => response.writeHead(302, { location: "/again" }).end());
    expect(await codeOf(read(door, [door]))).toBe("file_host");
  });

  it("takes no byte more than allowed, announced or not", async () => {
    const whole = await serve((_, response) => response.end("x".repeat(2_000)));
    expect(await codeOf(read(whole, [whole]))).toBe("file_too_big");
    const dripping = await serve((_, response) => {
      response.write("x".repeat(600));
      setTimeout(() => response.write("x".repeat(600)), 5);
    });
    expect(await codeOf(read(dripping, [dripping]))).toBe("file_too_big");
    expect((await read(whole, [whole], 2_000)).length).toBe(2_000);
  });

  it("tells what may come later from what is gone or refused", async () => {
    let status = 503;
    const door = await serve((_, response) => response.writeHead(status, { "retry-after": "7" }).end("no"));
    await expect(read(door, [door])).rejects.toMatchObject({ name: "TransientError", retryAfterMs: 7_000 });
    const outcomes = { 404: "file_gone", 410: "file_gone", 401: "file_denied", 403: "file_denied" };
    for (const [code, outcome] of Object.entries(outcomes)) {
      status = Number(code);
      expect(await codeOf(read(door, [door]))).toBe(outcome);
    }
  });

  it("may try again when the body was cut short or nobody answered", async () => {
    const door = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("only half");
      setTimeout(() => response.destroy(), 5);
    });
    await expect(read(door, [door])).rejects.toMatchObject({ name: "TransientError" });
    await expect(read("http://127.0.0.1:1/x", ["http://127.0.0.1:1"])).rejects.toMatchObject({
      name: "TransientError",
    });
  });
});
