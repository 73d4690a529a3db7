import { setTimeout as sleep } from "node:timers/promises";
import { TransientError, UncertainError } from "../../src/core/errors.ts";
import type { HeldLease, Leases } from "../../src/core/leases.ts";
import type { Log } from "../../src/core/log.ts";
import { fieldsAt, listAt, numberAt, textAt } from "../kit/fields.ts";
import { growingWait } from "../kit/growing-wait.ts";
import type { Directory } from "./directory.ts";
import { connectGateway } from "./gateway.ts";
import type { Interactions } from "./interactions.ts";
import { createLines } from "./lines.ts";
import type { Dispatch } from "./parse-context.ts";
import { createSessions, type Sessions } from "./session.ts";
import type { DiscordSettings } from "./settings.ts";
import type { Take } from "./take.ts";
import type { DiscordWeb } from "./web.ts";

interface ListenParts {
  readonly settings: DiscordSettings;
  readonly applicationId: string;
  readonly leases: Leases;
  readonly web: DiscordWeb;
  readonly directory: Directory;
  readonly take: Take;
  readonly interactions: Interactions;
  readonly log: Log;
}

/** Listening on the gateway, or standing by while another process does. */
export interface Listening {
  /** Resolves when events arrive, here or where the lease is; late ones are not waited for. */
  readonly settled: Promise<void>;
  stop(): Promise<void>;
}

/** How long a start waits for the gateway, and for the lease before another process is taken to have it. */
const patienceMs = 15_000;
const standByMs = 1_500;
const keepEveryMs = 1_000;
const drainMs = 5_000;
const beforeStartingOver = { firstMs: 2_000, longestMs: 30_000 };
const beforeKeepingAgain = { firstMs: 200, longestMs: 10_000 };

/**
 * Holds the one connection a token may have, among all processes: whoever holds the lease connects, keeps for the
 * next one how far everything was taken in, and closes at once when the lease is lost.
 */
export function listen(parts: ListenParts): Listening {
  const { log } = parts;
  const stopping = new AbortController();
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
  const patience = setTimeout(settle, patienceMs);
  const running = run().catch((cause: unknown) => {
    if (!stopping.signal.aborted) log.error({ err: cause }, "discord is no longer listened to");
  });

  // What was said before a start is read up by the house; later it has to be told.
  let isFresh = true;

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      const standBy = setTimeout(() => {
        isFresh = false;
        settle();
      }, standByMs);
      const lease = await parts.leases.hold(leaseName(parts), stopping.signal);
      clearTimeout(standBy);
      try {
        const life = { signal: stopping.signal, settle, isFresh };
        isFresh = false;
        await serve(parts, lease, life);
        failures = 0;
      } catch (cause) {
        if (stopping.signal.aborted) break;
        log.error({ err: cause }, "discord gateway failed; starting over");
        failures += 1;
        await growingWait(failures, beforeStartingOver, stopping.signal);
      } finally {
        await lease.release();
      }
    }
  }

  return {
    settled,
    async stop() {
      stopping.abort(new Error("discord stops listening"));
      clearTimeout(patience);
      settle();
      await running;
    },
  };
}

function leaseName({ applicationId, settings }: ListenParts): string {
  const { shards, shardCount } = settings;
  const part = shards === undefined ? "all" : `${shards.start}-${shards.end}/${shardCount ?? ""}`;
  return `discord:${applicationId}:${part}`;
}

async function serve(
  parts: ListenParts,
  lease: HeldLease,
  life: { readonly signal: AbortSignal; readonly settle: () => void; readonly isFresh: boolean },
): Promise<void> {
  const { log } = parts;
  const { settle, isFresh } = life;
  const signal = AbortSignal.any([life.signal, lease.lost]);
  const sessions = createSessions(lease.state, parts.settings.apiUrl);
  const lines = createLines();
  const keeper = keepUp(lease, sessions, log);
  const onDispatch = receive(parts, { sessions, lines, signal, isFresh, onOpen: keeper.now });
  const ended = once(signal);
  const connection = await connectGateway({ ...parts, sessions, onDispatch, signal }).catch(
    async (cause: unknown) => {
      await keeper.stop();
      throw cause;
    },
  );
  try {
    // A session nobody else could resume would lose what is said from now on with this process.
    void connection.ready.then(keeper.now).then(settle, () => {});
    const code = await Promise.race([connection.over, ended]);
    // Coming back would only be refused again, here or anywhere, until an operator has acted.
    if (code === undefined) return;
    settle();
    await ended;
  } finally {
    await connection.close();
    await Promise.race([lines.idle(), sleep(drainMs, undefined, { ref: false })]);
    await keeper.stop();
  }
}

/** Each channel's events one after the other, the channels side by side. */
function receive(
  parts: ListenParts,
  life: {
    readonly sessions: Sessions;
    readonly lines: ReturnType<typeof createLines>;
    readonly signal: AbortSignal;
    /** The first sessions begin with the channel itself. */
    readonly isFresh: boolean;
    /** Keeps a session that just began. */
    readonly onOpen: () => Promise<void>;
  },
): (dispatch: Dispatch, shard: readonly [number, number]) => void {
  const { directory, take, interactions, log } = parts;
  const { sessions, lines, signal, isFresh, onOpen } = life;
  const begun = new Set<number>();

  return (dispatch, shard) => {
    const [shardId, shardCount] = shard;
    directory.learn(dispatch);
    const isKept = sessions.began(shardId, numberAt(dispatch, "s") ?? 0);
    const d = fieldsAt(dispatch, "d");
    const type = textAt(dispatch, "t");
    const work = async (): Promise<void> => {
      if (type === "INTERACTION_CREATE") return void (await interactions.handle(dispatch));
      if (type !== "READY") return take.event(dispatch);
      log.info({ shardId, guilds: listAt(d, "guilds").length }, "discord gateway is open");
      await onOpen();
      const present = new Set(listAt(d, "guilds").flatMap((guild) => textAt(guild, "id") ?? []));
      await take.servers(present, (guildId) => shardOf(guildId, shardCount) === shardId);
      // A new session has missed what happened before it.
      if (isFresh && !begun.has(shardId)) begun.add(shardId);
      else await take.gap();
    };
    // An interaction has three seconds: it waits behind nothing.
    const line =
      type === "INTERACTION_CREATE" ? undefined : (textAt(d, "channel_id") ?? textAt(d, "id") ?? "");
    lines.run(line, async () => {
      if (await persist(work, signal, log)) isKept();
    });
  };
}

function shardOf(guildId: string, shardCount: number): number | undefined {
  return /^\d{1,20}$/.test(guildId) ? Number((BigInt(guildId) >> 22n) % BigInt(shardCount)) : undefined;
}

const poisonTries = 4;

/**
 * The gateway knows no "send again", so what could not be kept is tried until it is, or until somebody else resumes
 * before it. What fails for another reason than the stores being away would fail for ever: it is let go, loudly.
 */
async function persist(work: () => Promise<void>, signal: AbortSignal, log: Log): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) return false;
    try {
      await work();
      return true;
    } catch (cause) {
      const passes = cause instanceof TransientError || cause instanceof UncertainError;
      if (!passes && attempt >= poisonTries) {
        log.error({ err: cause }, "a discord event could not be taken in and is let go");
        return true;
      }
      log.warn({ err: cause, attempt }, "a discord event is not kept yet; trying again");
      await growingWait(attempt, beforeKeepingAgain, signal);
    }
  }
}

interface Keeper {
  /** Keeps what there is now. Never rejects: what could not be kept is tried again. */
  readonly now: () => Promise<void>;
  stop(): Promise<void>;
}

/** Tells the lease how far everything was kept, whenever that changes. */
function keepUp(lease: HeldLease, sessions: Sessions, log: Log): Keeper {
  let kept = lease.state;
  let keeping: Promise<void> | undefined;

  async function keep(): Promise<void> {
    const state = sessions.snapshot();
    if (state === kept || lease.lost.aborted) return;
    try {
      await lease.keep(state);
      kept = state;
    } catch (cause) {
      log.debug({ err: cause }, "how far discord was taken in is not kept yet");
    }
  }

  const begin = () => (keeping ??= keep().finally(() => (keeping = undefined)));

  const timer = setInterval(() => void begin(), keepEveryMs);
  return {
    now: async () => {
      await keeping; // what it keeps may be older
      await begin();
    },
    async stop() {
      clearInterval(timer);
      await keep();
    },
  };
}

function once(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
