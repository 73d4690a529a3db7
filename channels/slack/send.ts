import type { Channel } from "../../src/core/channel.ts";
import type { Log } from "../../src/core/log.ts";
import type { SlackWeb } from "./web.ts";

/** The half of the channel that speaks. A reply with `onlyFor` is whispered by `send`. */
export type SlackSender = Pick<
  Channel,
  "capabilities" | "split" | "send" | "update" | "remove" | "stream" | "react" | "typing" | "find"
>;

/** What a sender is made of. */
export interface SlackSenderParts {
  /** The Web API of an installation; rejects with PermanentError when there is none. */
  clientFor(installation: string): Promise<SlackWeb>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}
