import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server that keeps its port while it refuses connections for a time. */
export interface Listener {
  readonly port: number;
  /** Refuses every connection and breaks the open ones, from now for `ms` milliseconds. */
  refuse(ms: number): void;
  /** Takes connections again at once. */
  accept(): void;
  /** Closes the port and breaks what is open. Safe to call twice. */
  stop(): Promise<void>;
}

/** Listens on a port; 0 takes any free one. */
export async function startListener(
  handle: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Listener> {
  // Longer than any client's own idle time, so the client never meets a connection just closed.
  const server = createServer({ keepAliveTimeout: 75_000 }, handle);
  await listen(server, host, port);
  const taken = (server.address() as AddressInfo).port;
  let reopening: NodeJS.Timeout | undefined;
  let stopped = false;

  function refuse(ms: number): void {
    clearTimeout(reopening);
    reopening = setTimeout(accept, ms);
    // A control request that ordered this gets its answer first.
    setImmediate(() => {
      if (reopening === undefined) return;
      server.close();
      server.closeAllConnections();
    });
  }

  function accept(): void {
    clearTimeout(reopening);
    reopening = undefined;
    if (!stopped && !server.listening) server.listen(taken, host);
  }

  function stop(): Promise<void> {
    stopped = true;
    clearTimeout(reopening);
    if (!server.listening) return Promise.resolve();
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  return { port: taken, refuse, accept, stop };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
