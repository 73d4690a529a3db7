import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Attempt, Target } from "../../../src/core/channel.ts";
import { parseId, type DeliveryId } from "../../../src/core/ids.ts";
import { openGround, type WebGround } from "./web-stage.ts";

let ground: WebGround;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.stop());

function anAttempt(deliveryId: string = randomUUID()): Attempt {
  const signal = new AbortController().signal;
  return { deliveryId: parseId<DeliveryId>(deliveryId), correlationId: "test", signal, checkpoint: () => {} };
}

async function aTarget(): Promise<Target> {
  const { thread: space } = await ground.begin();
  return { installation: ground.site.key, place: { space, thread: "", audience: "direct" } };
}

const threadOf = ({ installation, place }: Target) => ({ site: installation, thread: place.space });
const standing = async (target: Target) =>
  (await ground.book.before(threadOf(target), undefined, 100)).items.map(({ content }) => content.text);

describe("sending to a visitor", () => {
  it("twice under one delivery is one message, as often as it is changed or taken away", async () => {
    const { channel } = ground.channel();
    const target = await aTarget();
    const attempt = anAttempt();
    const [one, two] = await Promise.all([
      channel.send(target, { body: "answer" }, attempt),
      channel.send(target, { body: "answer" }, attempt),
    ]);
    expect(two).toEqual(one);
    for (let time = 0; time < 2; time += 1) await channel.update(target, one, { body: "better" }, attempt);
    expect(await standing(target)).toEqual(["better"]);
    for (let time = 0; time < 2; time += 1) await channel.remove(target, one, attempt);
    expect(await standing(target)).toEqual([]);
    await expect(channel.update(target, one, { body: "again" }, attempt)).rejects.toMatchObject({
      name: "PermanentError",
    });
  });

  it("into a thread nobody has, or another site's, is refused for good", async () => {
    const { channel } = ground.channel();
    const target = await aTarget();
    for (const wrong of [
      { ...target, installation: "other-web" },
      { ...target, place: { ...target.place, space: randomUUID() } },
      { ...target, place: { ...target.place, space: "../x" } },
    ]) {
      const sent = channel.send(wrong, { body: "hi" }, anAttempt());
      await expect(sent).rejects.toMatchObject({ name: "PermanentError", code: "thread gone" });
    }
  });

  it("keeps every reaction of those put under a message and taken away from it at the same time", async () => {
    const { channel } = ground.channel();
    const target = await aTarget();
    const ref = await channel.send(target, { body: "look" }, anAttempt());
    const reactionsNow = async () =>
      (await ground.book.find(threadOf(target), ref.id))?.content.reactions ?? [];
    const first = ["👍", "🎉", "🚀", "😀", "👀", "❤️"];
    await Promise.all(first.map((emoji) => channel.react(target, ref, emoji, true)));
    expect((await reactionsNow()).toSorted()).toEqual(first.toSorted());
    const gone = first.slice(0, 3);
    const added = ["💡", "🙌"];
    await Promise.all([
      ...gone.map((emoji) => channel.react(target, ref, emoji, false)),
      ...added.map((emoji) => channel.react(target, ref, emoji, true)),
    ]);
    expect((await reactionsNow()).toSorted()).toEqual([...first.slice(3), ...added].toSorted());
    expect(await standing(target)).toEqual(["look"]);
  });

  it("never shows a step of a stream after its end, however the two race", async () => {
    const { channel } = ground.channel();
    const target = await aTarget();
    const stream = await channel.stream(target, "One. ", anAttempt());
    const shows = Array.from({ length: 10 }, (_, at) => stream.show(`One. ${"Two. ".repeat(at + 1)}`));
    await stream.finish({ body: "One. Two. Three." });
    await Promise.all(shows);
    expect(await standing(target)).toEqual(["One. Two. Three."]);
  });
});

describe("following a thread by its cursor", () => {
  it("misses no change and sees them in order, however writers interleave", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(4), { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 }),
        async (writers) => {
          const target = await aTarget();
          const thread = threadOf(target);
          const seen = new Map<string, string>();
          let cursor = 0;
          const readPage = async () => {
            const items = await ground.book.changedAfter(thread, cursor, 3);
            for (const item of items) {
              expect(item.cursor).toBeGreaterThan(cursor);
              cursor = item.cursor;
              seen.set(item.id, item.content.text);
            }
            return items.length;
          };
          // One reader, as every client is.
          let reading = Promise.resolve(0);
          const readOn = () => (reading = reading.then(readPage));
          const write = async (steps: readonly number[], writer: number) => {
            for (const [at, step] of steps.entries()) {
              const content = { text: `${writer}.${at}` };
              const id = `m${step}`;
              const { kind } = await ground.book.add(thread, { id, role: "user", state: "final", content });
              if (kind === "conflict")
                await ground.book.change(thread, id, { content, state: "final", from: ["final"] });
              await readOn();
            }
          };
          await Promise.all(writers.map(write));
          while ((await readOn()) > 0) await Promise.resolve();
          const { items } = await ground.book.before(thread, undefined, 100);
          expect(seen).toEqual(new Map(items.map(({ id, content }) => [id, content.text])));
        },
      ),
      { numRuns: 15 },
    );
  });
});
