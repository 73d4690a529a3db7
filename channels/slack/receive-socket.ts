import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { SocketModeClient } from "@slack/socket-mode";
import { PermanentError, SettingsError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { acknowledgementOf } from "./acknowledge.ts";
import type { Take } from "./bolt.ts";
import { toSlackError } from "./errors.ts";
import { isFields } from "../kit/fields.ts";
import { growingWait } from "../kit/growing-wait.ts";
import { checkJsonBody } from "../kit/json-body.ts";
import { createSdkLogger } from "./sdk-log.ts";
import type { Taken } from "./take.ts";

interface SocketParts {
  readonly appToken: string;
  readonly apiUrl: string;
  /** How many are held open. */
  readonly sockets: number;
  readonly log: Log;
  readonly take: Take<Taken>;
}

/** Open sockets to Slack. */
export interface SlackSockets {
  /** Takes nothing new, waits shortly for what is in hand, closes. Idempotent. */
  stop(): Promise<void>;
}

const beforeNext = { firstMs: 500, longestMs: 30_000 };
const refusedWaitMs = 60_000;
const graceMs = 5_000;
const steadyMs = 10_000;

/**
 * Opens sockets and keeps them open. Resolves when each has been tried once: Slack being away is not an error, a
 * token it refuses is a SettingsError. An event is acknowledged only after `take` resolved; what is not
 * acknowledged, on this socket or because it closed, Slack sends again.
 *
 * The client's own reconnection stays off: where it fails to reconnect, its rejection is nobody's and ends the process.
 */
export async function openSlackSockets(parts: SocketParts): Promise<SlackSockets> {
  const stopping = new AbortController();
  const inHand = new Set<Promise<void>>();
  const first = Array.from({ length: parts.sockets }, () => Promise.withResolvers<void>());
  const loops = first.map((opened) => keepOpen(parts, { opened, stopping: stopping.signal, inHand }));

  async function stop(): Promise<void> {
    stopping.abort();
    // A peer that never answers the closing handshake must not hold up the shutdown.
    await Promise.race([Promise.all(loops), sleep(2 * graceMs, undefined, { ref: false })]);
  }

  try {
    await Promise.all(first.map(({ promise }) => promise));
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { stop };
}

interface Life {
  readonly opened: PromiseWithResolvers<void>;
  readonly stopping: AbortSignal;
  readonly inHand: Set<Promise<void>>;
}

async function keepOpen(parts: SocketParts, life: Life): Promise<void> {
  const { log } = parts;
  let failures = 0;
  while (!life.stopping.aborted) {
    const client = await createClient(parts, life);
    const closed = new Promise<void>((resolve) => client.once("disconnected", () => resolve()));
    const stop = () => void closeGently(client, life);
    life.stopping.addEventListener("abort", stop, { once: true });
    try {
      await client.start();
      const openedAt = performance.now();
      log.info({}, "slack socket open");
      life.opened.resolve();
      // Told to stop while still asking for an address, the client connects all the same.
      if (life.stopping.aborted) await client.disconnect();
      await closed;
      if (!life.stopping.aborted) log.info({}, "slack socket closed, opening another");
      // A socket that lived is replaced at once; one that Slack closes as soon as it opens must not be hammered at.
      failures = performance.now() - openedAt > steadyMs ? 0 : failures + 1;
      await growingWait(failures, beforeNext, life.stopping);
    } catch (cause) {
      failures += 1;
      await afterFailure(cause, failures, life, log);
    } finally {
      life.stopping.removeEventListener("abort", stop);
    }
  }
  life.opened.resolve();
}

async function afterFailure(cause: unknown, failures: number, life: Life, log: Log): Promise<void> {
  if (life.stopping.aborted) return;
  const error = cause instanceof Error ? toSlackError(cause, "open a socket", { creates: false }) : undefined;
  const isRefused = error instanceof PermanentError;
  if (isRefused) {
    life.opened.reject(
      new SettingsError(
        `SLACK_APP_TOKEN was refused (${error.code}): create an App-Level Token with connections:write and turn Socket Mode on`,
        { cause },
      ),
    );
    log.error({ code: error.code }, "slack refuses to open a socket");
  } else {
    log.warn({ err: error, failures }, "slack socket not open, trying again");
    life.opened.resolve();
  }
  if (isRefused) await sleep(refusedWaitMs, undefined, { signal: life.stopping }).catch(() => {});
  else await growingWait(failures, beforeNext, life.stopping);
}

async function createClient(parts: SocketParts, life: Life): Promise<SocketModeClient> {
  const { SocketModeClient: Client, LogLevel } = await import("@slack/socket-mode");
  const client = new Client({
    appToken: parts.appToken,
    autoReconnectEnabled: false,
    logger: createSdkLogger(parts.log, LogLevel.WARN),
    clientOptions: { slackApiUrl: parts.apiUrl, retryConfig: { retries: 0 } },
  });
  guardMessages(client, parts.log);
  client.on("slack_event", (event: unknown) => {
    if (life.stopping.aborted) return; // not acknowledged, so another process gets it
    const taking = takeEvent(event, parts).finally(() => life.inHand.delete(taking));
    life.inHand.add(taking);
  });
  return client;
}

/** The client reads a message in an async listener whose rejection nobody catches. */
function guardMessages(client: SocketModeClient, log: Log): void {
  const listeners = client.listeners("ws_message");
  client.removeAllListeners("ws_message");
  client.on("ws_message", (...args: unknown[]) => {
    for (const listener of listeners) {
      Promise.resolve()
        .then(() => Reflect.apply(listener, client, args))
        .catch((cause: unknown) => log.warn({ err: cause }, "slack socket message unreadable"));
    }
  });
}

async function takeEvent(event: unknown, { take, log }: SocketParts): Promise<void> {
  const correlationId = randomUUID();
  try {
    const { body, ack, retryNum, retryReason } = parseSocketEvent(event);
    const payload = checkJsonBody(body, { isClean: false });
    if (payload.kind === "refused") {
      log.warn({ correlationId, reason: payload.reason }, "slack socket message unreadable");
      await ack();
      return;
    }
    const taken = await take({ body: payload.body, correlationId, retryNum, retryReason });
    await ack(acknowledgementOf(payload.body, taken));
  } catch (cause) {
    log.error({ correlationId, err: cause }, "slack delivery not kept: Slack sends it again");
  }
}

interface SocketEvent {
  readonly body: unknown;
  readonly ack: (payload?: object) => Promise<void>;
  readonly retryNum: number | undefined;
  readonly retryReason: string | undefined;
}

function parseSocketEvent(event: unknown): SocketEvent {
  if (!isFields(event) || typeof event["ack"] !== "function") throw new TypeError("not a socket event");
  const { ack, body, retry_num: num, retry_reason: reason } = event;
  return {
    body,
    ack: async (payload) => {
      await Reflect.apply(ack, undefined, payload === undefined ? [] : [payload]);
    },
    retryNum: typeof num === "number" ? num : undefined,
    retryReason: typeof reason === "string" ? reason : undefined,
  };
}

async function closeGently(client: SocketModeClient, { inHand }: Life): Promise<void> {
  await Promise.race([Promise.allSettled(inHand), sleep(graceMs, undefined, { ref: false })]);
  await client.disconnect();
}
