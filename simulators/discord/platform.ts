import type { WorkInHand } from "../kit/work-in-hand.ts";
import type { AttachmentUrls } from "./attachment-urls.ts";
import type { Faults } from "./faults.ts";
import type { Gateway } from "./gateway.ts";
import type { EmbedResolver } from "./embed-resolver.ts";
import type { InteractionDesk } from "./interaction-desk.ts";
import type { Publisher } from "./publish.ts";
import type { RateLimiter } from "./rate-limits.ts";
import type { Recorder } from "./record.ts";
import type { Settings } from "./settings.ts";
import type { State } from "./state.ts";

/** The parts of a running platform, known to each other. */
export interface Platform {
  readonly url: string;
  readonly state: State;
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly activity: WorkInHand;
  readonly limiter: RateLimiter;
  readonly urls: AttachmentUrls;
  readonly gateway: Gateway;
  readonly publisher: Publisher;
  readonly desk: InteractionDesk;
  readonly embeds: EmbedResolver;
}
