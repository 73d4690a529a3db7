import type { WorkInHand } from "../kit/work-in-hand.ts";
import type { Deliverer } from "./deliver.ts";
import type { EventPublisher } from "./events.ts";
import type { Faults } from "./faults.ts";
import type { OAuth } from "./oauth.ts";
import type { RateLimiter } from "./rate-limits.ts";
import type { Recorder } from "./record.ts";
import type { ResponseUrls } from "./response-urls.ts";
import type { Settings } from "./settings.ts";
import type { SocketHub } from "./socket-mode.ts";
import type { State } from "./state.ts";
import type { Triggers } from "./triggers.ts";

/** The parts of the simulated platform, handed to whoever serves a door of it. */
export interface Platform {
  readonly state: State;
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly activity: WorkInHand;
  readonly limiter: RateLimiter;
  readonly deliverer: Deliverer;
  readonly events: EventPublisher;
  readonly sockets: SocketHub;
  readonly oauth: OAuth;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  /** Where the simulator is reached, without a slash at the end. */
  readonly url: string;
}
