import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect } from "vitest";
import type { Attempt, Sought } from "../../../src/core/channel.ts";
import { PermanentError, UncertainError } from "../../../src/core/errors.ts";
import { toFileName } from "../../../src/core/file-name.ts";
import { parseId, type DeliveryId } from "../../../src/core/ids.ts";
import type { Reply, ReplyFile } from "../../../src/core/reply.ts";
import type { ChannelStage } from "./subject.ts";

const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const table = Buffer.from('badge;"owner"\n17;"Zoë \u{1F600}"\n');

const asReply = (file: ReplyFile): Reply => ({ body: "", files: [file] });

function anAttempt({ shelf }: ChannelStage): Attempt {
  return {
    deliveryId: parseId<DeliveryId>(randomUUID()),
    correlationId: "contract",
    signal: new AbortController().signal,
    checkpoint: () => {},
    files: shelf.desk,
  };
}

function soughtFile(attempt: Attempt, file: ReplyFile, known: readonly string[] = []): Sought {
  return {
    deliveryId: attempt.deliveryId,
    since: new Date(Date.now() - 1_000),
    known,
    streamed: false,
    file,
  };
}

/** A random name as it is kept, with an ending. */
const fileName = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .map((text) => toFileName(`${text}.csv`));

/** What becomes of the bot's files, each promise on a stage of its own. */
export const attaching = {
  "brings files whole, once each, with their names": async (stage: ChannelStage) => {
    const target = await stage.ask("direct");
    for (const file of [
      stage.shelf.put("chart.png", "image/png", pixel),
      stage.shelf.put("badges.csv", "text/csv", table),
    ])
      await stage.channel.send(target, asReply(file), anAttempt(stage));
    expect(await stage.attached(target)).toEqual([
      { name: "chart.png", content: pixel },
      { name: "badges.csv", content: table },
    ]);
  },
  "shows a picture to everybody in the conversation that asked, and to no other": async (
    stage: ChannelStage,
  ) => {
    const [here, elsewhere] = [await stage.ask("room"), await stage.ask("room")];
    const file = stage.shelf.put("chart.png", "image/png", pixel);
    await stage.channel.send(here, asReply(file), anAttempt(stage));
    expect(await stage.attached(here)).toEqual([{ name: "chart.png", content: pixel }]);
    expect(await stage.attached(elsewhere)).toEqual([]);
  },
  "brings a file under whatever name it has": async (stage: ChannelStage) => {
    const target = await stage.ask("direct");
    const names = fc.sample(fileName, 5);
    for (const name of names) {
      const file = stage.shelf.put(name, "text/csv", table);
      await stage.channel.send(target, asReply(file), anAttempt(stage));
    }
    const shown = (await stage.attached(target)).map(({ name }) => name);
    expect(shown).toEqual(names.map((name) => stage.fileName?.(name) ?? name));
  },
  "does not double a file whose answer got lost": async (stage: ChannelStage) => {
    const target = await stage.ask("direct");
    const attempt = anAttempt(stage);
    const file = stage.shelf.put("badges.csv", "text/csv", table);
    stage.fail({ call: "file", how: "cut after", times: 1 });
    await expect(stage.channel.send(target, asReply(file), attempt)).rejects.toBeInstanceOf(UncertainError);
    const found = await stage.channel.find(target, soughtFile(attempt, file));
    expect(found.kind).toBe(stage.channel.capabilities.reconciles ? "found" : "cannot tell");
    if (found.kind === "found") await stage.channel.update(target, found.ref, asReply(file), attempt);
    expect(await stage.attached(target)).toEqual([{ name: "badges.csv", content: table }]);
  },
  "tells a file that did not arrive from one of the same name that did": async (stage: ChannelStage) => {
    const target = await stage.ask("direct");
    const [first, second] = [anAttempt(stage), anAttempt(stage)];
    const file = stage.shelf.put("badges.csv", "text/csv", table);
    const { id } = await stage.channel.send(target, asReply(file), first);
    await stage.channel.send(target, { body: "Anything else?" }, anAttempt(stage));
    const { channel } = stage;
    if (!channel.capabilities.reconciles) return;
    expect(await channel.find(target, soughtFile(second, file, [id]))).toEqual({ kind: "absent" });
    expect(await channel.find(target, soughtFile(first, file))).toEqual({ kind: "found", ref: { id } });
  },
  "never takes a file for words that were being written": async (stage: ChannelStage) => {
    const target = await stage.ask("direct");
    const file = stage.shelf.put("badges.csv", "text/csv", table);
    await stage.channel.send(target, asReply(file), anAttempt(stage));
    if (!stage.channel.capabilities.reconciles) return;
    const { deliveryId } = anAttempt(stage);
    const sought = { deliveryId, since: new Date(Date.now() - 1_000), known: [], streamed: true };
    expect(await stage.channel.find(target, sought)).toEqual({ kind: "absent" });
  },
  "refuses for good what the platform does not take, leaves nothing of it, and goes on": async (
    stage: ChannelStage,
  ) => {
    const target = await stage.ask("direct");
    const file = stage.shelf.put("badges.csv", "text/csv", table);
    stage.fail({ call: "file", how: "refused", times: 1 });
    const attempt = anAttempt(stage);
    await expect(stage.channel.send(target, asReply(file), attempt)).rejects.toBeInstanceOf(PermanentError);
    expect(await stage.attached(target)).toEqual([]);
    expect(await stage.standing(target)).toEqual([]);
    // What is said in its place goes out under the same delivery.
    await stage.channel.send(target, { body: "It could not be sent." }, attempt);
    expect(await stage.standing(target)).toHaveLength(1);
  },
  "does not send a file that nobody keeps any more": async (stage: ChannelStage) => {
    const target = await stage.ask("direct");
    const gone = { id: randomUUID(), name: "gone.png", mimeType: "image/png", bytes: 10 };
    const sending = stage.channel.send(target, asReply(gone), anAttempt(stage));
    await expect(sending).rejects.toMatchObject({ code: "file_gone" });
    expect(await stage.standing(target)).toEqual([]);
  },
  "takes a file away again": async (stage: ChannelStage) => {
    const target = await stage.ask("direct");
    const file = stage.shelf.put("chart.png", "image/png", pixel);
    const attempt = anAttempt(stage);
    const ref = await stage.channel.send(target, asReply(file), attempt);
    await stage.channel.remove(target, ref, attempt);
    await stage.channel.remove(target, ref, attempt);
    await sleep(0);
    expect(await stage.attached(target)).toEqual([]);
  },
};
