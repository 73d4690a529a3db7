import type { IncomingMessage, ServerResponse } from "node:http";
import { isRecord } from "./is-record.ts";

/** A call of whoever runs a simulator. */
export interface ControlCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/**
 * What a simulator is told and asked, by path. The bodies come from our own tests and pages: their shape is the handle's,
 * and a wrong one fails loudly inside.
 */
export interface Controls<Simulator> {
  readonly actions: Readonly<Record<string, (simulator: Simulator, body: never) => unknown>>;
  readonly questions: Readonly<Record<string, (simulator: Simulator, query: URLSearchParams) => unknown>>;
}

interface Steered {
  readonly faults: { clear(id?: number): void };
  onChange(listener: (change: { readonly kind: string }) => void): () => void;
}

/** Answers a call: live changes, an end of faults, a question, or an action. */
export async function steer<Simulator extends Steered>(
  simulator: Simulator,
  { actions, questions }: Controls<Simulator>,
  { request, response, path, query, body: raw }: ControlCall,
): Promise<void> {
  const { method = "" } = request;
  if (path === "changes") return streamChanges(simulator, request, response);
  try {
    if (method === "DELETE" && path === "faults") {
      const id = query.get("id");
      simulator.faults.clear(id === null ? undefined : Number(id));
      return reply(response, 200, { ok: true });
    }
    const question = method === "GET" ? questions[path] : undefined;
    if (question !== undefined) return reply(response, 200, await question(simulator, query));
    const action = method === "POST" ? actions[path] : undefined;
    if (action === undefined) return reply(response, 404, { error: `no such control: ${method} ${path}` });
    const body: unknown = raw === "" ? {} : JSON.parse(raw);
    if (!isRecord(body)) return reply(response, 400, { error: "the body must be a JSON object" });
    const outcome = await action(simulator, decodeFiles(body) as never);
    reply(response, 200, await outcomeOf(outcome, query.get("wait") === "1"));
  } catch (error) {
    reply(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Promises inside an outcome (`delivered`, `done`) are awaited when asked for, and left out otherwise. */
async function outcomeOf(outcome: unknown, wait: boolean): Promise<unknown> {
  if (!isRecord(outcome)) return { ok: true };
  const entries = Object.entries(outcome).filter(([, value]) => wait || !(value instanceof Promise));
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, value]) => [key, await value] as const)),
  );
}

/** File contents travel as base64 in `contentBase64`. */
function decodeFiles(body: Record<string, unknown>): Record<string, unknown> {
  const { files } = body;
  if (!Array.isArray(files)) return body;
  return {
    ...body,
    files: files.map((file: unknown) =>
      isRecord(file) && typeof file["contentBase64"] === "string"
        ? { ...file, content: Buffer.from(file["contentBase64"], "base64") }
        : file,
    ),
  };
}

function streamChanges(simulator: Steered, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    connection: "keep-alive",
  });
  response.write(": open\n\n");
  const stop = simulator.onChange((change) =>
    response.write(`event: ${change.kind}\ndata: ${JSON.stringify(change)}\n\n`),
  );
  request.on("close", stop);
}

/** What a history has of one kind: all after `since`, in their order, at most `limit`. */
export function readSince<R extends { readonly seq: number }>(
  records: readonly R[],
  query: URLSearchParams,
): readonly R[] {
  const since = Number(query.get("since") ?? 0);
  return records.filter((record) => record.seq > since).slice(0, Number(query.get("limit") ?? 10_000));
}

/** Answers with JSON. */
export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
