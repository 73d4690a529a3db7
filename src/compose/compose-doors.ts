import type { Channel } from "../core/channel.ts";
import type { Accept, MessageEnvelope } from "../core/envelope.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import { withSpan } from "../insights/tracing.ts";
import type { Database } from "../store/database.ts";
import { createCatchUp } from "../inbox/catch-up.ts";

/** Where messages come in. */
export interface Doors extends Part {
  catchUpWith(channel: Channel): Promise<void>;
  /** In the background: takes in what was said in the message's place after it. */
  readAfter(channel: Channel, message: MessageEnvelope): void;
}

export interface DoorsParts {
  readonly channels: readonly Channel[];
  readonly accept: Accept;
  readonly database: Database;
  readonly log: Log;
}

/** The channels' doors: open, they listen; then what was said meanwhile is fetched, in the background. */
export function composeDoors(parts: DoorsParts): Doors {
  const { channels } = parts;
  const accept = traced(parts.accept);
  const catchUp = createCatchUp({ ...parts, accept });
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();

  function inBackground(work: Promise<number>): Promise<void> {
    const run: Promise<void> = work.then(() => void running.delete(run));
    running.add(run);
    return run;
  }

  const catchUpWith = (channel: Channel) => inBackground(catchUp.run(channel, stopping.signal));

  return {
    name: "channels",
    catchUpWith,
    readAfter: (channel, message) => void inBackground(catchUp.readAfter(channel, message)),
    start: async () => {
      for (const channel of channels) {
        await channel.start(accept);
        void catchUpWith(channel);
      }
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(channels.map((channel) => channel.stop()));
      await Promise.allSettled(running);
    },
  };
}

/** The first span of a message: how long it took until it was safe. */
function traced(accept: Accept): Accept {
  return (envelope) =>
    withSpan(
      "accept",
      { "baton.correlation_id": envelope.correlationId, "baton.channel": envelope.channel },
      () => accept(envelope),
    );
}
