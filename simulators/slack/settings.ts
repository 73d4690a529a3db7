import type { App } from "./model.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { SharedChannelSeed, TeamSeed } from "./seed.ts";

export interface MentionPair {
  readonly order: "message-first" | "mention-first";
  readonly delayMs: number;
}

/** How a run is set up. All times in milliseconds; every default is the platform's own, scaled. */
export interface SlackSimulatorOptions {
  readonly port?: number;
  readonly host?: string;
  /** 1 is real time; 0.01 makes a platform minute 600 ms. */
  readonly timeScale?: number;
  /** Default 3 000 scaled, but never below 1 000: a busy test machine is not a slow app. */
  readonly ackTimeoutMs?: number;
  readonly retryDelaysMs?: readonly number[];
  readonly streamLifeMs?: number;
  readonly requestUrl?: string;
  readonly interactivityUrl?: string;
  readonly commandUrl?: string;
  /** Where the authorize page sends the browser whose address names no `redirect_uri`. */
  readonly redirectUrl?: string;
  readonly socketMode?: boolean;
  readonly mentionPair?: MentionPair;
  /** Whether the bot's own posts come back as events, as on the platform (default true). */
  readonly ownMessages?: boolean;
  readonly rateLimits?: RateLimits;
  readonly tokenRotation?: boolean;
  readonly record?: "full" | "counts";
  readonly historyLimit?: number;
  readonly seed?: number;
  readonly app?: Partial<App>;
  readonly teams?: readonly TeamSeed[];
  readonly shared?: readonly SharedChannelSeed[];
}

/** The part of the options that may change while running. */
export interface Settings {
  timeScale: number;
  ackTimeoutMs: number;
  retryDelaysMs: readonly number[];
  streamLifeMs: number;
  requestUrl?: string;
  interactivityUrl?: string;
  commandUrl?: string;
  redirectUrl?: string;
  socketMode: boolean;
  mentionPair: MentionPair;
  ownMessages: boolean;
  rateLimits?: RateLimits;
  tokenRotation: boolean;
}

export type SettingsChange = Partial<Settings> & { readonly record?: "full" | "counts" };

export function toSettings(options: SlackSimulatorOptions): Settings {
  const timeScale = options.timeScale ?? 1;
  return {
    timeScale,
    ackTimeoutMs: options.ackTimeoutMs ?? Math.max(3_000 * timeScale, 1_000),
    retryDelaysMs: options.retryDelaysMs ?? [0, 60_000 * timeScale, 300_000 * timeScale],
    streamLifeMs: options.streamLifeMs ?? 300_000 * timeScale,
    ...(options.requestUrl === undefined ? {} : { requestUrl: options.requestUrl }),
    ...(options.interactivityUrl === undefined ? {} : { interactivityUrl: options.interactivityUrl }),
    ...(options.commandUrl === undefined ? {} : { commandUrl: options.commandUrl }),
    ...(options.redirectUrl === undefined ? {} : { redirectUrl: options.redirectUrl }),
    socketMode: options.socketMode ?? false,
    mentionPair: options.mentionPair ?? { order: "message-first", delayMs: 0 },
    ownMessages: options.ownMessages ?? true,
    ...(options.rateLimits === undefined ? {} : { rateLimits: options.rateLimits }),
    tokenRotation: options.tokenRotation ?? false,
  };
}
