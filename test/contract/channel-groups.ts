import { describe, expect, it } from "vitest";
import type { Channel, Group } from "../../src/core/channel.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";

/**
 * The promises of every channel that can say who belongs to a group (`Channel.membersOf`). A channel's test hands over
 * a way to a platform with the channel on it, and calls `channelGroupContract` once.
 */
export interface GroupStage {
  readonly channel: Channel;
  /** More people than the platform gives in one answer. */
  readonly manyPeople: number;
  /** A new group of so many people and at least one bot; gives the ids that envelopes name these people by. */
  group(people: number): Promise<{ readonly group: Group; readonly ids: readonly string[] }>;
  /** Somebody comes into a group, or leaves it. */
  change(group: Group, person: string, isIn: boolean): Promise<void>;
  /** Groups that cannot be read, each for a reason of its own, with what its sentence tells people to do. */
  readonly unreadable: readonly Unreadable[];
  /** The next `times` calls for the people of a group fail; `limited` asks for a wait of at most one second. */
  fail(how: "cut" | "status 500" | "limited", times: number): void;
  stop(): Promise<void>;
}

interface Unreadable {
  readonly why: string;
  /** Brings it about. */
  readonly group: () => Promise<Group>;
  readonly remedy: RegExp;
}

/** Holds a channel to them. `start` sets a new stage for each promise. */
export function channelGroupContract(name: string, start: () => Promise<GroupStage>): void {
  const onStage = (check: (stage: GroupStage) => Promise<void>) => async (): Promise<void> => {
    const stage = await start();
    try {
      await check(stage);
    } finally {
      await stage.stop();
    }
  };

  describe(`${name} says who belongs to a group`, () => {
    it(
      "names nobody of a group without people, and one of a group of one",
      onStage(async (stage) => {
        for (const size of [0, 1]) {
          const { group, ids } = await stage.group(size);
          expect(await idsIn(stage, group)).toEqual(ids);
        }
      }),
    );

    it(
      "names everybody of a group that is more than a page, once each, and no bot",
      onStage(async (stage) => {
        const { group, ids } = await stage.group(stage.manyPeople);
        const found = await idsIn(stage, group);
        expect(found).toHaveLength(stage.manyPeople);
        expect(found.toSorted()).toEqual(ids.toSorted());
      }),
    );

    it(
      "says what people are called",
      onStage(async (stage) => {
        const { group } = await stage.group(2);
        const names = (await membersOf(stage, group)).map((member) => member.name);
        expect(names.every((one) => /\p{L}/u.test(one))).toBe(true);
      }),
    );

    it(
      "reads the group anew each time",
      onStage(async (stage) => {
        const { group, ids } = await stage.group(2);
        const [gone = "", stays = ""] = ids;
        await stage.change(group, gone, false);
        expect(await idsIn(stage, group)).toEqual([stays]);
        await stage.change(group, gone, true);
        expect((await idsIn(stage, group)).toSorted()).toEqual(ids.toSorted());
      }),
    );

    it(
      "says in a sentence what to do about a group that cannot be read",
      onStage(async (stage) => {
        for (const { why, group, remedy } of stage.unreadable) {
          const refusal = await failureOf(stage, await group());
          expect(refusal, why).toBeInstanceOf(PermanentError);
          expect(refusal, why).toMatchObject({ message: expect.stringMatching(remedy) });
        }
      }),
    );

    it(
      "asks to come back later while the platform is away, and then reads everybody",
      onStage(async (stage) => {
        const { group, ids } = await stage.group(2);
        for (const how of ["cut", "status 500"] as const) {
          stage.fail(how, 1);
          expect(await failureOf(stage, group), how).toBeInstanceOf(TransientError);
          expect((await idsIn(stage, group)).toSorted()).toEqual(ids.toSorted());
        }
      }),
    );

    it(
      "loses nobody to a rate limit",
      onStage(async (stage) => {
        const { group, ids } = await stage.group(2);
        stage.fail("limited", 1);
        const found = await idsIn(stage, group).catch((cause: unknown) => cause);
        if (found instanceof TransientError) expect(found.retryAfterMs).toBeGreaterThan(0);
        else expect(found).toEqual(ids);
      }),
    );
  });
}

async function membersOf({ channel }: GroupStage, group: Group) {
  if (channel.membersOf === undefined) throw new Error(`${channel.name} tells of no groups`);
  return channel.membersOf(group);
}

async function idsIn(stage: GroupStage, group: Group): Promise<string[]> {
  return (await membersOf(stage, group)).map(({ id }) => id);
}

function failureOf(stage: GroupStage, group: Group): Promise<unknown> {
  return membersOf(stage, group).then(
    (found) => `nothing failed, ${found.length} people were found`,
    (cause: unknown) => cause,
  );
}
