import type { IncomingMessage } from "node:http";

// Larger than any context this API offers.
const mostBytes = 32 * 1024 * 1024;

/** The body of a request as JSON; undefined when there is none or it cannot be read as JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > mostBytes) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString()) as unknown;
  } catch {
    return undefined;
  }
}
