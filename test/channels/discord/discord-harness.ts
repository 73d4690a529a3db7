import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fieldsAt, type Fields } from "../../../channels/kit/fields.ts";
import { createDiscordChannel } from "../../../channels/discord/index.ts";
import type { DiscordContext } from "../../../channels/discord/parse-context.ts";
import { readDiscordSettings, type DiscordSettings } from "../../../channels/discord/settings.ts";
import type { DiscordSimulatorOptions } from "../../../simulators/discord/settings.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import type { Channel, InstallationRecord, Installations } from "../../../src/core/channel.ts";
import type { Accept, Envelope, Parsed } from "../../../src/core/envelope.ts";
import { TransientError } from "../../../src/core/errors.ts";
import type { HeldLease, Leases } from "../../../src/core/leases.ts";
import type { Log } from "../../../src/core/log.ts";
import { silentLog } from "../../../src/core/log.ts";

export const nowMs = 1_770_000_000_000;

type Simulator = Awaited<ReturnType<typeof startDiscordSimulator>>;

const file = new URL(
  "../../../../shared/data/recorded/discord/gateway-and-interactions.json",
  import.meta.url,
);
const all: Record<string, Fields> = JSON.parse(readFileSync(file, "utf8"));

/** Who is who in the recorded server. */
export const recordedIds = {
  bot: "1457469483726668048",
  role: "1457473602180878604",
  guild: "1457468924290662599",
  channel: "1457510428359004343",
  thread: "1457536551830421524",
} as const;

/** A recorded payload as an event of the gateway. */
export function recorded(name: string): Fields {
  const payload = all[name] ?? {};
  const type = payload["type"];
  if (typeof type !== "string") return { t: "INTERACTION_CREATE", d: payload };
  return { t: type.replace(/^GATEWAY_/, ""), d: fieldsAt(payload, "data") };
}

export const recordedNames = Object.keys(all).filter((name) => name !== "metadata");

/** The context an event of the recorded server is read in; its channels are known by their ids. */
export function aContext(dispatch: Fields, overrides: Partial<DiscordContext> = {}): DiscordContext {
  const d = fieldsAt(dispatch, "d");
  const isGuild = typeof d["guild_id"] === "string";
  const isThread =
    isGuild && d["channel_id"] !== undefined && (d["channel_type"] ?? fieldsAt(d, "channel")["type"]) === 11;
  return {
    installation: isGuild ? recordedIds.guild : recordedIds.bot,
    applicationId: recordedIds.bot,
    botUserId: recordedIds.bot,
    botRoleIds: new Set([recordedIds.role]),
    channel: {
      type: !isGuild ? 1 : isThread ? 11 : 0,
      parentId: isThread ? recordedIds.channel : undefined,
      audience: isGuild ? "public" : "direct",
    },
    allowedBots: new Set(),
    receivedAt: new Date(nowMs),
    correlationId: "test",
    ...overrides,
  };
}

/** The envelope, or a failed test. */
export function envelopeOf(parsed: Parsed): Envelope {
  if (parsed.kind !== "envelope") throw new Error(`ignored: ${parsed.reason}`);
  return parsed.envelope;
}

/** Installations in memory, with the promises of the real ones: save replaces, remove destroys. */
export function createInstallations(): Installations & { readonly all: Map<string, InstallationRecord> } {
  const known = new Map<string, InstallationRecord>();
  return {
    all: known,
    find: async (id) => known.get(id),
    list: async () => [...known.values()],
    save: async (record) => void known.set(record.externalId, record),
    remove: async (id) => void known.delete(id),
  };
}

/** An inbox in memory: takes each message once, and fails while told to as a database that is away does. */
export function createInbox() {
  const seen = new Set<string>();
  const envelopes: Envelope[] = [];
  const state = { failing: false, calls: 0 };
  const accept: Accept = async (envelope) => {
    state.calls += 1;
    if (state.failing) throw new TransientError("postgres: away");
    const key = JSON.stringify([envelope.installation, envelope.place.space, envelope.id]);
    if (seen.has(key)) return { kind: "duplicate" };
    // What cannot be stored must not come through.
    JSON.stringify(envelope);
    seen.add(key);
    envelopes.push(envelope);
    return { kind: "accepted" };
  };
  return { accept, envelopes, state };
}

/** Leases in memory, with the promises of the real ones. `lose` takes one away from whoever holds it. */
export function createMemoryLeases(): Leases & {
  readonly states: Map<string, string>;
  lose(name?: string): void;
} {
  const states = new Map<string, string>();
  const holders = new Map<string, AbortController>();
  return {
    states,
    lose(name) {
      for (const [known, holder] of holders)
        if (name === undefined || name === known) {
          holders.delete(known);
          holder.abort(new Error("lost"));
        }
    },
    async hold(name, signal): Promise<HeldLease> {
      while (holders.has(name)) await sleep(10, undefined, { signal });
      signal.throwIfAborted();
      const holder = new AbortController();
      holders.set(name, holder);
      return {
        lost: holder.signal,
        state: states.get(name),
        async keep(state) {
          if (holders.get(name) !== holder) throw new Error("not ours");
          states.set(name, state);
        },
        async release() {
          if (holders.get(name) === holder) holders.delete(name);
        },
      };
    },
  };
}

/** A log that remembers what was said loudly. */
export function createListeningLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const note = (fields: object, event: string): void => void lines.push(`${event} ${JSON.stringify(fields)}`);
  const log: Log & { lines: string[] } = { ...silentLog, lines, warn: note, error: note, child: () => log };
  return log;
}

/** What a test wants to be otherwise. */
interface StageOptions {
  readonly simulator?: DiscordSimulatorOptions;
  readonly env?: Readonly<Record<string, string>>;
  readonly leases?: Leases;
  readonly log?: Log;
}

/** A simulated Discord with a channel of ours on it that is not started. */
export interface Stage {
  readonly discord: Simulator;
  readonly channel: Channel;
  readonly settings: DiscordSettings;
  readonly inbox: ReturnType<typeof createInbox>;
  readonly installations: ReturnType<typeof createInstallations>;
  /** Another process on the same stores. */
  another(): Channel;
  /** Starts the channel and waits until the gateway is open. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function setUp(options: StageOptions = {}): Promise<Stage> {
  const discord = await startDiscordSimulator({ identifyWindowMs: 20, ...options.simulator });
  const settings = readDiscordSettings({
    DISCORD_BOT_TOKEN: discord.app.botToken,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_PACE: "off",
    ...options.env,
  });
  const installations = createInstallations();
  const leases = options.leases ?? createMemoryLeases();
  const inbox = createInbox();
  const channels: Channel[] = [];
  const another = (): Channel => {
    const made = createDiscordChannel({ settings, installations, leases, log: options.log ?? silentLog });
    channels.push(made);
    return made;
  };
  const channel = another();
  return {
    discord,
    channel,
    settings,
    inbox,
    installations,
    another,
    async start() {
      await channel.start(inbox.accept);
      await discord.connected();
    },
    async stop() {
      await Promise.all(channels.map((one) => one.stop()));
      await discord.stop();
    },
  };
}
