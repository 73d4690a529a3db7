import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callForEvents } from "../../src/agent/call-for-events.ts";
import { createEventLines, streamEnd } from "../../src/agent/event-lines.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
let answer: Answer = (response) => response.end();
const sockets = new Set<Socket>();
const server = createServer((request, response) => {
  sockets.add(request.socket);
  request.resume().on("end", () => answer(response, request));
});
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const never = new AbortController().signal;
const headers = { "content-type": "application/json" };

async function call(as: Answer, signal = never): Promise<unknown[]> {
  answer = as;
  const events = await callForEvents({ url, headers }, "{}", signal);
  const seen: unknown[] = [];
  for await (const data of events ?? []) seen.push(data);
  return seen;
}
const refusalOf = (as: Answer) =>
  call(as).then(
    () => undefined,
    (cause: unknown) => cause,
  );

describe("events", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => text.replaceAll(/[\r\n]/g, "."));

  test("are the same however their text is cut and their lines end", () => {
    const records = fc.array(
      fc.record({ name: fc.option(word), data: fc.array(word, { minLength: 1, maxLength: 3 }) }),
    );
    const ends = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(records, ends, fc.infiniteStream(fc.nat(5)), (given, end, sizes) => {
        const text = given
          .map(({ name, data }) =>
            [
              ": note",
              ...(name === null ? [] : [`event: ${name}`]),
              ...data.map((line) => `data: ${line}`),
              "",
              "",
            ].join(end),
          )
          .join("");
        const read = createEventLines();
        const seen: unknown[] = [];
        for (let at = 0; at < text.length;) {
          const size = sizes.next().value + 1;
          seen.push(...read(text.slice(at, at + size)));
          at += size;
        }
        seen.push(...read(streamEnd));
        expect(seen).toEqual(
          given.map(({ name, data }) => ({ name: name ?? undefined, data: data.join("\n") })),
        );
      }),
    );
  });
});

describe("a streamed call", () => {
  test("gives what comes until the end, letters cut in half included", async () => {
    const bytes = Buffer.from('data: {"text":"grüße ✓"}\n\ndata: {"text":"b"}\n\ndata: [DONE]\n\n');
    const seen = await call((response) => {
      const write = (at: number): void => {
        if (at >= bytes.length) return void response.end();
        response.write(bytes.subarray(at, at + 5), () => setImmediate(write, at + 5));
      };
      write(0);
    });
    expect(seen).toEqual([{ text: "grüße ✓" }, { text: "b" }]);
  });

  test("gives the last event although the empty line behind it is missing", async () => {
    expect(await call((response) => response.end('data: {"a":1}\n\ndata: {"b":2}'))).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
  });

  test("leaves its socket to the next call", async () => {
    sockets.clear();
    const whole: Answer = (response) => void response.end('data: {"a":1}\n\ndata: [DONE]\n\n');
    for (let calls = 0; calls < 3; calls += 1) {
      await call(whole);
      await new Promise((resolve) => setTimeout(resolve, 20)); // the body's end may come behind its last event
    }
    expect(sockets.size).toBe(1);
  });

  test("asks again on another socket where the endpoint closes the one it is given a second time", async () => {
    const used = new Set<Socket>();
    const once: Answer = (response, { socket }) => {
      if (used.has(socket)) return void socket.destroy();
      used.add(socket);
      response.end('data: {"a":1}\n\ndata: [DONE]\n\n');
    };
    for (let calls = 0; calls < 3; calls += 1) {
      expect(await call(once)).toEqual([{ a: 1 }]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  test("throws what the endpoint refused with, and how long to wait", async () => {
    const refused = await refusalOf((response) => {
      response.writeHead(429, { "retry-after-ms": "250", "x-other": "1" });
      response.end('{"error":{"code":"rate_limit_exceeded","message":"slow down"}}');
    });
    expect(refused).toMatchObject({
      status: 429,
      code: "rate_limit_exceeded",
      message: expect.stringContaining("slow down"),
    });
    expect((refused as { headers: Headers }).headers.get("retry-after-ms")).toBe("250");
  });

  test.each([
    ['data: {"a":1}\n\ndata: {"error":{"code":"server_error"}}\n\n'],
    ['data: {"a":1}\n\nevent: error\ndata: {"code":"server_error"}\n\n'],
  ])("throws what the endpoint refuses with in the middle of an answer", async (body) => {
    expect(await refusalOf((response) => void response.end(body))).toMatchObject({
      code: "server_error",
      status: undefined,
    });
  });

  test("says so where the endpoint sends elsewhere", async () => {
    answer = (response) => void response.writeHead(308, { location: "/elsewhere" }).end();
    expect(await callForEvents({ url, headers }, "{}", never)).toBeUndefined();
  });

  test("throws when the connection is cut, before an answer and within one", async () => {
    expect(await refusalOf((response) => void response.destroy())).toBeInstanceOf(Error);
    const cut = await refusalOf((response) => {
      response.write('data: {"a":1}\n\n', () => setTimeout(() => response.destroy(), 20));
    });
    expect(cut).toBeInstanceOf(Error);
  });

  test("ends at once when it is aborted, before an answer and within one", async () => {
    for (const begun of [false, true]) {
      const controller = new AbortController();
      const closed = new Promise<void>((resolve) => {
        answer = (response, request) => {
          request.socket.once("close", () => resolve());
          if (begun) response.write('data: {"a":1}\n\n');
          setTimeout(() => controller.abort(), 20);
        };
      });
      await expect(call(answer, controller.signal)).rejects.toBeInstanceOf(Error);
      await closed;
    }
  });

  test("lets go of the connection when nobody wants the rest", async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (response, request) => {
        request.socket.once("close", () => resolve());
        response.write('data: {"a":1}\n\ndata: {"b":2}\n\n');
      };
    });
    for await (const data of (await callForEvents({ url, headers }, "{}", never)) ?? []) {
      expect(data).toEqual({ a: 1 });
      break;
    }
    await closed;
  });
});
