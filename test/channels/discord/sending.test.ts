import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createInvalidBudget } from "../../../channels/discord/invalid-budget.ts";
import type { RestFaultAction } from "../../../simulators/discord/faults.ts";
import type { Attempt, Target } from "../../../src/core/channel.ts";
import { TransientError } from "../../../src/core/errors.ts";
import { parseId, type DeliveryId } from "../../../src/core/ids.ts";
import { setUp, type Stage } from "./discord-harness.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function stageOf(options: Parameters<typeof setUp>[0] = {}): Promise<Stage> {
  const stage = await setUp(options);
  closers.push(() => stage.stop());
  return stage;
}

const anAttempt = (): Attempt => ({
  deliveryId: parseId<DeliveryId>(randomUUID()),
  correlationId: "c",
  signal: new AbortController().signal,
  checkpoint: () => {},
});

/** The direct conversation with that person. */
function directTo({ discord }: Stage, user: string): Target {
  const space = discord.directChannel(user);
  return { installation: discord.app.applicationId, place: { space, thread: "", audience: "direct" } };
}

const posting = "POST /channels/:channel/messages";

describe("a send that went wrong", () => {
  it.each<[string, RestFaultAction]>([
    ["P1: the line was cut before the answer", { kind: "cut" }],
    ...[500, 502, 503, 504, 408].map((status): [string, RestFaultAction] => [
      `P2: it was accepted and answered ${status}`,
      { kind: "status", status },
    ]),
    ["P2: it was answered with nonsense", { kind: "malformed" }],
  ])("%s: it is unsure, and sent again it is there once", async (_, fault) => {
    const stage = await stageOf();
    const target = directTo(stage, "Ana");
    const attempt = anAttempt();
    stage.discord.faults.rest({ route: posting, times: 1, do: fault });
    const sent = stage.channel.send(target, { body: "once" }, attempt);
    await expect(sent).rejects.toMatchObject({ name: "UncertainError" });
    const again = await stage.channel.send(target, { body: "once" }, attempt);
    expect(stage.discord.botReplies(target.place.space).map(({ id }) => id)).toEqual([again.id]);
  });

  it("P4: is found in the history when Discord has forgotten its nonce", async () => {
    const stage = await stageOf({ simulator: { nonceWindowMs: 0 } });
    const target = directTo(stage, "Ana");
    const [attempt, since] = [anAttempt(), new Date()];
    stage.discord.faults.rest({ route: posting, times: 1, do: { kind: "cut" } });
    await expect(stage.channel.send(target, { body: "once" }, attempt)).rejects.toMatchObject({
      name: "UncertainError",
    });
    const [there] = stage.discord.botReplies(target.place.space);
    const sought = { deliveryId: attempt.deliveryId, since, known: [], streamed: false };
    expect(await stage.channel.find(target, sought)).toEqual({ kind: "found", ref: { id: there?.id } });
    expect(await stage.channel.find(target, { ...sought, deliveryId: anAttempt().deliveryId })).toEqual({
      kind: "absent",
    });
  });

  it("G11: answers far over 2 000 characters go out in pieces, in order", async () => {
    const stage = await stageOf({ simulator: { rateLimits: false } });
    const target = directTo(stage, "Ana");
    const body = Array.from({ length: 900 }, (_, at) => `word${at}`).join(" ");
    for (const part of stage.channel.split({ body })) await stage.channel.send(target, part, anAttempt());
    const texts = stage.discord.botReplies(target.place.space).map(({ text }) => text);
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.join(" ")).toBe(body);
    expect(stage.discord.complaints()).toEqual([]);
  });
});

describe("G9: a limit", () => {
  it("of one channel holds up that channel only", async () => {
    const stage = await stageOf();
    const { discord, channel } = stage;
    const [ana, ben] = [directTo(stage, "Ana"), directTo(stage, "Ben")];
    const limit: RestFaultAction = { kind: "rate_limit", retryAfterSeconds: 60 };
    discord.faults.rest({ route: posting, channel: ana.place.space, times: 1, do: limit });
    await expect(channel.send(ana, { body: "a" }, anAttempt())).rejects.toMatchObject({
      name: "TransientError",
      retryAfterMs: 60_000,
    });
    await channel.send(ben, { body: "b" }, anAttempt());
    // It is not asked again before its time.
    const calls = discord.history().calls.length;
    await expect(channel.send(ana, { body: "a" }, anAttempt())).rejects.toBeInstanceOf(TransientError);
    expect(discord.history().calls).toHaveLength(calls);
  });

  it.each<[string, RestFaultAction]>([
    ["of the whole bot", { kind: "rate_limit", retryAfterSeconds: 60, scope: "global" }],
    ["of the edge, said by a page", { kind: "cloudflare", retryAfterSeconds: 60 }],
  ])("%s holds up everything", async (_, fault) => {
    const stage = await stageOf();
    const { discord, channel } = stage;
    discord.faults.rest({ route: posting, times: 1, do: fault });
    for (const user of ["Ana", "Ben"]) {
      await expect(channel.send(directTo(stage, user), { body: "x" }, anAttempt())).rejects.toMatchObject({
        name: "TransientError",
        retryAfterMs: expect.any(Number),
      });
    }
    expect(discord.history().calls.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("that everybody shares is honoured, and no fault of ours", async () => {
    const stage = await stageOf();
    const target = directTo(stage, "Ana");
    const fault: RestFaultAction = { kind: "rate_limit", retryAfterSeconds: 1, scope: "shared" };
    stage.discord.faults.rest({ route: posting, times: 1, do: fault });
    await expect(stage.channel.send(target, { body: "a" }, anAttempt())).rejects.toMatchObject({
      retryAfterMs: 1_000,
    });
    await stage.channel.send(target, { body: "a" }, anAttempt()); // waits for it
    expect(stage.discord.botReplies(target.place.space)).toHaveLength(1);
  });

  it("that Discord's own buckets announce is kept without running into it", async () => {
    const stage = await stageOf();
    const target = directTo(stage, "Ana");
    await Promise.allSettled(
      Array.from({ length: 12 }, (_, at) => stage.channel.send(target, { body: `${at}` }, anAttempt())),
    );
    for (let at = 0; at < 4; at++) await stage.channel.send(target, { body: "later" }, anAttempt());
    const limited = stage.discord.history().calls.filter(({ status }) => status === 429);
    expect(limited.length).toBeLessThan(12);
  });
});

describe("calls that are refused again and again", () => {
  it("are held back long before Discord bans the address, and go on when ten minutes are over", () => {
    let now = 0;
    const budget = createInvalidBudget(() => now);
    for (let at = 0; at < 999; at++) budget.spend();
    expect(() => budget.check("send")).not.toThrow();
    budget.spend();
    expect(() => budget.check("send")).toThrow(TransientError);
    now = 600_000;
    expect(() => budget.check("send")).not.toThrow();
  });
});

describe("a file a person attached", () => {
  it("is read by a fresh address, within bounds, and is gone with its message", async () => {
    const stage = await stageOf({ simulator: { attachmentLifeMs: 3_600_000 } });
    const { discord, channel, inbox } = stage;
    await stage.start();
    const content = Buffer.from("%PDF-1.7 badge form");
    const said = discord.userSays({
      user: "Ana",
      channel: "dm",
      text: "see",
      files: [{ name: "form.pdf", content, contentType: "application/pdf" }],
    });
    await vi.waitUntil(() => inbox.envelopes.some(({ kind }) => kind === "message"), { timeout: 20_000 });
    const envelope = inbox.envelopes.find(({ kind }) => kind === "message");
    const file = envelope?.kind === "message" ? envelope.attachments[0] : undefined;
    if (file === undefined) throw new Error("no file");
    expect(file).toMatchObject({ name: "form.pdf", mimeType: "application/pdf", bytes: content.length });
    expect(file.handle).not.toContain("http");
    expect(await channel.fetchAttachment("x", file, 1_000)).toEqual(content);
    await expect(channel.fetchAttachment("x", file, 5)).rejects.toMatchObject({ code: "file_too_big" });
    discord.userDeletes({ channel: said.channelId, messageId: said.messageId });
    await expect(channel.fetchAttachment("x", file, 1_000)).rejects.toMatchObject({ code: "file_gone" });
  });
});
