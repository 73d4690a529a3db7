import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Controls } from "./controls.ts";
import { parseFaultOrder } from "./fault.ts";
import { parseFixtures } from "./fixture.ts";
import { readJson } from "./read-json.ts";
import type { RecordedRequest } from "./request-log.ts";

const paceSchema = z.strictObject({
  tokensPerSecond: z.number().min(0).optional(),
  firstTokenMs: z.number().min(0).optional(),
});

const keysSchema = z.strictObject({
  revoke: z.array(z.string()).optional(),
  restore: z.array(z.string()).optional(),
});

const waitSchema = z.strictObject({
  /** Fields the request must have, by equality; `text` by substring. */
  match: z
    .strictObject({
      endpoint: z.string().optional(),
      model: z.string().optional(),
      text: z.string().optional(),
      status: z.int().optional(),
      fault: z.string().optional(),
      outcome: z.string().optional(),
      stream: z.boolean().optional(),
    })
    .optional(),
  /** Requests up to this sequence number do not count. */
  after: z.int().min(0).optional(),
  timeoutMs: z.number().min(0).max(600_000).optional(),
});

interface ControlCall {
  readonly simulator: Controls;
  readonly body: unknown;
  readonly url: URL;
  readonly gone: AbortSignal;
}

type Command = (call: ControlCall) => unknown;

const commands: Readonly<Record<string, Command>> = {
  "GET /control/health": () => ({ ready: true }),
  "GET /control/history": ({ simulator, url }) => {
    const since = Number(url.searchParams.get("since") ?? 0);
    return simulator.history().filter((request) => request.sequence > since);
  },
  "GET /control/counts": ({ simulator }) => simulator.counts(),
  "POST /control/reset": ({ simulator }) => simulator.reset(),
  "POST /control/wait": waitForRequest,
  "GET /control/faults": ({ simulator }) => simulator.listFaults(),
  "POST /control/faults": ({ simulator, body }) => {
    const orders = (Array.isArray(body) ? body : [body]).map(parseFaultOrder);
    return { ids: orders.map((order) => simulator.fault(order).id) };
  },
  "DELETE /control/faults": ({ simulator, url }) => {
    const id = url.searchParams.get("id");
    if (id === null) simulator.clearFaults();
    else return { removed: simulator.removeFault(Number(id)) };
    return { removed: true };
  },
  "POST /control/fixtures": ({ simulator, body }) => simulator.addFixtures(parseFixtures(body)),
  "DELETE /control/fixtures": ({ simulator }) => simulator.clearFixtures(),
  "POST /control/pace": ({ simulator, body }) => {
    const { tokensPerSecond, firstTokenMs } = paceSchema.parse(body);
    if (tokensPerSecond !== undefined) simulator.setPace({ tokensPerSecond });
    if (firstTokenMs !== undefined) simulator.setPace({ firstTokenMs });
  },
  "POST /control/keys": ({ simulator, body }) => {
    const { revoke = [], restore = [] } = keysSchema.parse(body);
    for (const key of revoke) simulator.revokeKey(key);
    for (const key of restore) simulator.restoreKey(key);
  },
};

/** Answers one request under `/control/`: the handle over HTTP, without a key. Never rejects. */
export async function serveControl(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  simulator: Controls,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://control");
  const command = commands[`${request.method} ${url.pathname}`];
  if (command === undefined)
    return send(response, 404, { error: `no such control: ${request.method} ${url.pathname}` });
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    const body = request.method === "POST" ? await readJson(request) : undefined;
    const result = await command({ simulator, body, url, gone: gone.signal });
    send(response, 200, result ?? { ok: true });
  } catch (error) {
    if (!gone.signal.aborted)
      send(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function waitForRequest({ simulator, body, gone }: ControlCall): Promise<RecordedRequest> {
  const { match = {}, after = 0, timeoutMs = 10_000 } = waitSchema.parse(body ?? {});
  const { text, ...fields } = match;
  const wanted = Object.entries(fields).filter(([, value]) => value !== undefined);
  return simulator.waitFor(
    (request) =>
      request.sequence > after &&
      (text === undefined || request.text.includes(text)) &&
      wanted.every(([field, value]) => request[field as keyof RecordedRequest] === value),
    { timeoutMs, signal: gone },
  );
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}
