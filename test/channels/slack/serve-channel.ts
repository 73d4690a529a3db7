import { createServer } from "node:http";
import type { Channel, ChannelRoute } from "../../../src/core/channel.ts";

/** The channel's doors behind a real HTTP server on 127.0.0.1, bodies bounded as the routes ask. */
export async function serveChannel(doors: () => Channel): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const route = doors().routes.find(
        (door: ChannelRoute) => door.method === request.method && door.path === url.pathname,
      );
      if (route === undefined) return response.writeHead(404).end();
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of request) {
        if (!Buffer.isBuffer(chunk)) continue;
        bytes += chunk.length;
        if (bytes > route.maxBodyBytes) return response.writeHead(413).end();
        chunks.push(chunk);
      }
      const answer = await route.handle({
        headers: request.headers,
        query: Object.fromEntries(url.searchParams),
        body: Buffer.concat(chunks),
        correlationId: "test",
      });
      return response.writeHead(answer.status, answer.headers).end(answer.body);
    })().catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
