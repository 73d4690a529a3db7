import { describe, expect, it } from "vitest";
import { attaching } from "./channel/attaching.ts";
import { reading } from "./channel/reading.ts";
import { sending } from "./channel/sending.ts";
import { showing } from "./channel/showing.ts";
import { splitting } from "./channel/splitting.ts";
import type { ChannelStage, Subject } from "./channel/subject.ts";

/*
 * The promises every channel keeps, in five groups: what it makes of what the platform delivers (`reading`), what
 * people get to see of a reply (`showing`), how it cuts what is too long (`splitting`), how it behaves towards the
 * platform (`sending`) and what becomes of files (`attaching`); these two on a stage, a simulator with the channel on
 * it, made anew for each promise.
 *
 * A channel's test hands over a subject (`channel/subject.ts`) and calls `channelContract` once. A promise that the
 * platform does not let it keep is excused by its name, with the reason, and must then really fail.
 */

/** The promises every channel makes, by name. */
export type PromiseName =
  | keyof typeof reading
  | keyof typeof showing
  | keyof typeof splitting
  | keyof typeof sending
  | keyof typeof attaching;

/** What a channel hands the suite. */
export interface ChannelSubject extends Subject {
  /** A promise this channel cannot keep, and why. */
  readonly deviations?: Partial<Record<PromiseName, string>>;
}

type Check = (channel: Subject) => void | Promise<void>;

const groups: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  reading,
  showing,
  splitting,
  sending: allOnStage(sending),
  attaching: allOnStage(attaching),
};

function allOnStage(promises: Readonly<Record<string, (stage: ChannelStage) => Promise<void>>>) {
  return Object.fromEntries(Object.entries(promises).map(([name, check]) => [name, onStage(check)]));
}

/** Lends a stage of its own to each promise. */
function onStage(check: (stage: ChannelStage) => Promise<void>): Check {
  return async (channel) => {
    if (channel.stage === undefined) throw new Error("the subject has no stage");
    const stage = await channel.stage();
    try {
      await check(stage);
    } finally {
      await stage.stop();
    }
  };
}

/** Holds a channel to the promises all channels share. A deviation is stated by name, with its reason. */
export function channelContract(channel: ChannelSubject): void {
  const reasons = new Map(Object.entries(channel.deviations ?? {}));
  describe(`${channel.name} keeps the channel contract`, () => {
    for (const [group, promises] of Object.entries(groups)) {
      const all = Object.entries(promises);
      const kept = all.filter(([name]) => !reasons.has(name));
      const excused = all.flatMap(([name, check]) => {
        const reason = reasons.get(name);
        return reason === undefined ? [] : [{ name, reason, check }];
      });
      describe(`${group}`, () => {
        it.each(kept)("%s", (_, check) => check(channel));
        // A deviation that no longer holds is to be taken out, so it must still fail.
        it.for(excused)("cannot: $name ($reason)", async ({ check }) => {
          await expect((async () => check(channel))()).rejects.toThrow(/./);
        });
      });
    }
  });
}
