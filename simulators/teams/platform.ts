import type { AccessTokens } from "./access-tokens.ts";
import type { Deliverer } from "./deliver.ts";
import type { Faults } from "./faults.ts";
import type { Files } from "./files.ts";
import type { Identity } from "./identity.ts";
import type { RateLimiter } from "./rate-limits.ts";
import type { Recorder } from "./record.ts";
import type { Regions } from "./regions.ts";
import type { Settings } from "./settings.ts";
import type { State } from "./state.ts";
import type { WorkInHand } from "../kit/work-in-hand.ts";

/** The parts of a running simulator, as they see each other. */
export interface Platform {
  readonly state: State;
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly work: WorkInHand;
  readonly identity: Identity;
  readonly accessTokens: AccessTokens;
  readonly limiter: RateLimiter;
  readonly regions: Regions;
  readonly files: Files;
  readonly deliverer: Deliverer;
  readonly url: string;
}
