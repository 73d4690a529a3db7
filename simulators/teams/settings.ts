import type { App } from "./model.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { TenantSeed } from "./seed.ts";

/** How a run is set up. All times in milliseconds; every default is the platform's own, scaled. */
export interface TeamsSimulatorOptions {
  readonly port?: number;
  readonly host?: string;
  /** 1 is real time; 0.01 makes a platform minute 600 ms. */
  readonly timeScale?: number;
  /** The bot's messaging endpoint. Without one nothing is delivered. */
  readonly endpoint?: string;
  /** Default 15 000 scaled, but never below 1 000: a busy test machine is not a slow bot. */
  readonly deliveryTimeoutMs?: number;
  /** How long after an attempt that got no 2xx in time the same activity comes again; one entry an attempt. */
  readonly resendDelaysMs?: readonly number[];
  /** Whether the bot hears what is said without a mention in channels and group chats (default false). */
  readonly hearsAll?: boolean;
  /** `"off"` by default; `"platform"` is what Microsoft publishes. */
  readonly rateLimits?: RateLimits;
  /** The least time between two requests of one stream; 0 switches the limit off. Default 1 000 scaled. */
  readonly streamIntervalMs?: number;
  /** Default 120 000 scaled. */
  readonly streamLifeMs?: number;
  /** `expires_in` of the bot's tokens. Default 3 599, never scaled. */
  readonly tokenLifeSeconds?: number;
  /** Beyond it a complaint is kept. Default 28 KiB of UTF-8. */
  readonly softLimitBytes?: number;
  /** Beyond it 413. Default 40 KiB of UTF-8. */
  readonly hardLimitBytes?: number;
  readonly record?: "full" | "counts";
  readonly historyLimit?: number;
  readonly seed?: number;
  readonly app?: Partial<App>;
  readonly tenants?: readonly TenantSeed[];
}

/** The part of the options that may change while running. */
export interface Settings {
  timeScale: number;
  endpoint?: string;
  deliveryTimeoutMs: number;
  resendDelaysMs: readonly number[];
  hearsAll: boolean;
  rateLimits: RateLimits;
  streamIntervalMs: number;
  streamLifeMs: number;
  tokenLifeSeconds: number;
  softLimitBytes: number;
  hardLimitBytes: number;
}

export type SettingsChange = Partial<Settings>;

/** Fills in the platform's own times, scaled. */
export function toSettings(options: TeamsSimulatorOptions): Settings {
  const timeScale = options.timeScale ?? 1;
  return {
    timeScale,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? Math.max(1_000, 15_000 * timeScale),
    resendDelaysMs: options.resendDelaysMs ?? [0, 15_000 * timeScale],
    hearsAll: options.hearsAll ?? false,
    rateLimits: options.rateLimits ?? "off",
    streamIntervalMs: options.streamIntervalMs ?? 1_000 * timeScale,
    streamLifeMs: options.streamLifeMs ?? 120_000 * timeScale,
    tokenLifeSeconds: options.tokenLifeSeconds ?? 3_599,
    softLimitBytes: options.softLimitBytes ?? 28 * 1024,
    hardLimitBytes: options.hardLimitBytes ?? 40 * 1024,
  };
}
