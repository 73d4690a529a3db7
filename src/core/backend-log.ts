import type { Log } from "./log.ts";

/** Tells the log when the backend goes and comes, once each, however many connections notice. */
export interface BackendLog {
  failed(cause: unknown): void;
  works(): void;
}

// Errors that are no lost connection (a refused script, a lost lock) are worth a line each minute.
const sameErrorEveryMs = 60_000;

const lostConnection =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|connection|timed out|timeout|writeable|shutting down|starting up|LOADING/i;

/** Starts in the belief that all is well. */
export function createBackendLog(who: string, log: Log): BackendLog {
  let down = false;
  let lastMessage = "";
  let lastAt = 0;
  return {
    failed: (cause) => {
      const message = describe(cause);
      if (lostConnection.test(message)) {
        if (!down) log.warn({ err: message }, `${who}: not reachable, trying again until it is`);
        down = true;
        return;
      }
      if (message === lastMessage && Date.now() - lastAt < sameErrorEveryMs) return;
      lastMessage = message;
      lastAt = Date.now();
      log.warn({ err: message }, `${who}: refused something`);
    },
    works: () => {
      if (down) log.info({}, `${who}: reachable again`);
      down = false;
    },
  };
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause && typeof cause.code === "string" ? `${cause.code} ` : "";
  return `${code}${cause.message}`;
}
