import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** A simulator's one port. */
export interface OpenPort {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves a simulator on one port; what `serve` rejects with is answered with 500, with the simulator's name. */
export async function openPort(
  name: string,
  place: { readonly host: string; readonly port: number },
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<OpenPort & { readonly server: Server }> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        response.writeHead(500, { "content-type": "text/plain" }).end(`${name} simulator: ${String(error)}`);
    });
  });
  // Idle clients keep their connections longer than Node's default five seconds, as against the platform.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(place.port, place.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : place.port;
  return {
    server,
    url: `http://${place.host}:${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const maxBodyBytes = 64 * 1024 * 1024;

/** A request's body whole; rejects for one that is over 64 MiB. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBodyBytes) reject(new Error("body too large"));
      else chunks.push(chunk);
    });
    request.on("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)),
    );
    request.on("error", reject);
  });
}
