import type { App } from "./model.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { GuildSeed } from "./seed.ts";

/** How a run is set up. All times in milliseconds; every default is the platform's own. */
export interface DiscordSimulatorOptions extends Partial<Omit<Settings, "privilegedIntents">> {
  readonly port?: number;
  readonly host?: string;
  readonly record?: "full" | "counts";
  readonly historyLimit?: number;
  /** Of the random numbers behind a fault's `probability`. */
  readonly seed?: number;
  readonly app?: Partial<App>;
  readonly guilds?: readonly GuildSeed[];
  readonly privilegedIntents?: Partial<PrivilegedIntents>;
}

/** What the operator switched on in the developer portal. */
export interface PrivilegedIntents {
  readonly members: boolean;
  readonly presences: boolean;
  readonly messageContent: boolean;
}

/** The part of the options that may change while running. */
export interface Settings {
  heartbeatIntervalMs: number;
  /** How long a session without a connection can be resumed. */
  sessionLifeMs: number;
  /** How many events a session keeps for a RESUME. */
  replayLimit: number;
  /** Recommended by `GET /gateway/bot`. */
  shards: number;
  maxConcurrency: number;
  identifyWindowMs: number;
  identifyBudget: number;
  privilegedIntents: PrivilegedIntents;
  /** `false`: no limits and no headers. */
  rateLimits: RateLimits | false;
  /** How long an interaction may be acknowledged. */
  interactionAckMs: number;
  /** How long an interaction's token is good for answers. */
  interactionTokenMs: number;
  /** How long a nonce is remembered. */
  nonceWindowMs: number;
  attachmentLifeMs: number;
  maxFileBytes: number;
  /** Edits of messages older than `ageMs` are refused after `max` within the hour. */
  oldEdits: { readonly ageMs: number; readonly max: number };
  /** After how long a link in a message becomes an embed, by a MESSAGE_UPDATE. `false`: never. */
  embedResolveMs: number | false;
}

export type SettingsChange = Partial<Settings> & { readonly record?: "full" | "counts" };

export function toSettings(options: DiscordSimulatorOptions): Settings {
  return {
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
    sessionLifeMs: options.sessionLifeMs ?? 180_000,
    replayLimit: options.replayLimit ?? 5_000,
    shards: options.shards ?? 1,
    maxConcurrency: options.maxConcurrency ?? 1,
    identifyWindowMs: options.identifyWindowMs ?? 5_000,
    identifyBudget: options.identifyBudget ?? 1_000,
    privilegedIntents: {
      members: true,
      presences: false,
      messageContent: true,
      ...options.privilegedIntents,
    },
    rateLimits: options.rateLimits ?? {},
    interactionAckMs: options.interactionAckMs ?? 3_000,
    interactionTokenMs: options.interactionTokenMs ?? 900_000,
    nonceWindowMs: options.nonceWindowMs ?? 300_000,
    attachmentLifeMs: options.attachmentLifeMs ?? 86_400_000,
    maxFileBytes: options.maxFileBytes ?? 10_485_760,
    oldEdits: options.oldEdits ?? { ageMs: 3_600_000, max: 30 },
    embedResolveMs: options.embedResolveMs ?? 100,
  };
}
