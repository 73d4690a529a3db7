import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocketManager } from "@discordjs/ws";
import type { Log } from "../../src/core/log.ts";
import { fieldsAt, isFields, numberAt, textAt, type Fields } from "../kit/fields.ts";
import { explainClose } from "./close-codes.ts";
import type { Dispatch } from "./parse-context.ts";
import type { Sessions } from "./session.ts";
import type { DiscordSettings } from "./settings.ts";
import type { DiscordWeb } from "./web.ts";

interface GatewayParts {
  readonly settings: Pick<DiscordSettings, "botToken" | "shards" | "shardCount">;
  readonly web: DiscordWeb;
  readonly sessions: Sessions;
  readonly log: Log;
  /** Called for each event in its order; `shard` is its shard and how many there are. Must not throw. */
  readonly onDispatch: (dispatch: Dispatch, shard: readonly [number, number]) => void;
  /** Ends the connecting as well. */
  readonly signal: AbortSignal;
}

/** An open connection to the gateway. */
export interface GatewayConnection {
  /** Resolves once every shard listens. */
  readonly ready: Promise<void>;
  /** Resolves with the code when Discord closed it for good. */
  readonly over: Promise<number>;
  /** Closes it so that another process can resume the sessions. */
  close(): Promise<void>;
}

/** Guilds, their messages with their text, reactions and typing, direct messages and theirs. */
const intents = (1 << 0) | (1 << 9) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 13) | (1 << 14) | (1 << 15);

const never = new Promise<null>(() => {});
const closeTimeoutMs = 3_000;
const handshakeMs = 10_000;
/** Any code but 1000 and 1001 leaves the session resumable. */
const resumable = 4200;

/**
 * Connects the shards of this process with the SDK, which heartbeats, resumes and reconnects. Identifying anew waits
 * while the day's budget of sessions is spent, since Discord resets a token that goes beyond it.
 */
export async function connectGateway(parts: GatewayParts): Promise<GatewayConnection> {
  const { settings, web, sessions, log, signal } = parts;
  // Most of a second and 40 MB, therefore not on import.
  const [sdk, { REST }] = await Promise.all([import("@discordjs/ws"), import("@discordjs/rest")]);
  const over = Promise.withResolvers<number>();
  let isClosing = false;
  let strategy: unknown;

  const rest = new (class extends REST {
    // The SDK needs it for this one answer; our own client keeps to limits and token by itself.
    override get = async (): Promise<unknown> => withoutBudget(await askGateway(web));
  })();

  const manager = new sdk.WebSocketManager({
    token: settings.botToken,
    rest,
    intents,
    shardCount: settings.shardCount ?? null,
    shardIds: settings.shards ?? null,
    handshakeTimeout: handshakeMs,
    buildStrategy: (itself) => (strategy = new sdk.SimpleShardingStrategy(itself)),
    // The SDK goes on connecting when it is closed while it does so: it asks here first, and then gets no answer.
    retrieveSessionInfo: (shardId) => (isClosing ? never : sessions.retrieve(shardId)),
    updateSessionInfo: (shardId, session) => {
      // A session that we leave is left for somebody else.
      if (!isClosing) sessions.update(shardId, session);
    },
    buildIdentifyThrottler: async () => {
      const { maxConcurrency } = readBudget(await askGateway(web));
      const throttler = new sdk.SimpleIdentifyThrottler(maxConcurrency);
      return {
        waitForIdentify: async (shardId, closed) => {
          await waitForBudget(parts, AbortSignal.any([closed, signal]));
          await throttler.waitForIdentify(shardId, closed);
        },
      };
    },
  });

  const shardCount = await countShards(manager, signal, log);
  manager.on(sdk.WebSocketShardEvents.Dispatch, ({ data, shardId }) => {
    const dispatch: unknown = data;
    if (isFields(dispatch) && !isClosing) parts.onDispatch(dispatch, [shardId, shardCount]);
  });
  manager.on(sdk.WebSocketShardEvents.Resumed, ({ shardId }) =>
    log.info({ shardId }, "discord session resumed"),
  );
  manager.on(sdk.WebSocketShardEvents.Closed, ({ code, shardId }) => {
    if (isClosing) return;
    const explained = explainClose(code);
    if (!explained.isFinal) return log.info({ shardId, code }, "discord gateway closed, connecting again");
    log.error({ shardId, code, fix: explained.fix }, `discord gateway closed for good: ${explained.what}`);
    over.resolve(code);
  });
  manager.on(sdk.WebSocketShardEvents.Error, ({ error, shardId }) => {
    log.warn({ shardId, err: error }, "discord gateway reports an error");
  });

  async function close(): Promise<void> {
    if (isClosing) return;
    isClosing = true;
    silenceSockets(strategy);
    // A line that is dead answers no close; what it still had comes again to whoever resumes.
    const closing = Promise.resolve(manager.destroy({ code: resumable, reason: "handing over" }));
    await Promise.race([closing.catch(() => {}), sleep(closeTimeoutMs, undefined, { ref: false })]);
  }

  const ready = manager.connect();
  ready.catch((cause: unknown) => log.warn({ err: cause }, "discord gateway did not open at once"));
  return { ready, over: over.promise, close };
}

/**
 * A shard that is closed while its socket still connects stops listening to the socket's errors, and one that nobody
 * listens to ends the process. The SDK offers no way to its sockets.
 */
function silenceSockets(strategy: unknown): void {
  const shards: unknown = isFields(strategy) ? strategy["shards"] : undefined;
  if (!(shards instanceof Map)) return;
  for (const shard of shards.values()) {
    const connection: unknown = isFields(shard) ? shard["connection"] : undefined;
    if (connection instanceof EventEmitter) connection.on("error", () => {});
  }
}

async function countShards(manager: WebSocketManager, signal: AbortSignal, log: Log): Promise<number> {
  for (let waitMs = 1_000; ; waitMs = Math.min(waitMs * 2, 30_000)) {
    try {
      return await manager.getShardCount();
    } catch (cause) {
      log.warn({ err: cause }, "discord did not say where its gateway is; asking again");
      await sleep(waitMs, undefined, { signal });
    }
  }
}

interface Budget {
  readonly remaining: number;
  readonly resetAfterMs: number;
  readonly maxConcurrency: number;
}

function readBudget(answer: Fields): Budget {
  const limit = fieldsAt(answer, "session_start_limit");
  return {
    remaining: numberAt(limit, "remaining") ?? 1,
    resetAfterMs: numberAt(limit, "reset_after") ?? 60_000,
    maxConcurrency: Math.max(1, numberAt(limit, "max_concurrency") ?? 1),
  };
}

async function askGateway(web: DiscordWeb): Promise<Fields> {
  const answer = await web.call("GET", "/gateway/bot", { doing: "ask for the gateway" });
  return isFields(answer) && textAt(answer, "url") !== undefined ? answer : {};
}

/** The SDK would refuse to resume where there is nothing left to identify with; we count where it identifies. */
function withoutBudget(answer: Fields): Fields {
  const limit = fieldsAt(answer, "session_start_limit");
  return { ...answer, session_start_limit: { ...limit, remaining: Number.MAX_SAFE_INTEGER } };
}

async function waitForBudget({ web, log }: GatewayParts, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const budget = await askGateway(web).then(readBudget, () => undefined);
    if (budget !== undefined && budget.remaining > 0) return;
    const waitMs = budget === undefined ? 5_000 : Math.max(1_000, budget.resetAfterMs);
    if (budget !== undefined) {
      const fix = "look for what makes the bot reconnect so often; it goes on by itself when the day is over";
      log.error({ resetAfterMs: waitMs, fix }, "discord allows no new session today: waiting");
    }
    await sleep(waitMs, undefined, { signal });
  }
}
