import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { renderReply, splitForDiscord } from "../../channels/discord/render.ts";
import { splitForTeams } from "../../channels/teams/render.ts";
import type { Target } from "../../src/core/channel.ts";
import { parseId, type ConversationId, type DeliveryId, type TenantId } from "../../src/core/ids.ts";
import type { Lease } from "../../src/core/lease.ts";
import { silentLog } from "../../src/core/log.ts";
import { fitReply } from "../../src/outbox/cut-reply.ts";
import type { Delivery } from "../../src/outbox/delivery.ts";
import { createOutbox, type Outbox } from "../../src/outbox/outbox.ts";
import type { Database } from "../../src/store/database.ts";
import { setUp, type Stage } from "../channels/discord/discord-harness.ts";

const words = Array.from({ length: 900 }, (_, index) => `word${index}`);
const body = words.join(" ");
const mentions = [{ id: "1300000000000000203", name: "Mia" }];
const buttons = [{ action: "baton.claim", label: "Claim", value: "c" }];

let stage: Stage;
let outbox: Outbox;
let target: Target;
let readHere: () => string[];

beforeEach(async () => {
  stage = await setUp({ simulator: { rateLimits: false, embedResolveMs: false } });
  const { discord, channel } = stage;
  const database = { statement: async () => [{ restated: null }] } as unknown as Database;
  const files = { desk: () => ({ read: unused, ticket: unused, link: unused }) };
  const channels = new Map([["discord" as const, channel]]);
  outbox = createOutbox({ database, channels, files, count: () => {}, log: silentLog });
  const space = discord.directChannel("Mia");
  target = { installation: discord.app.applicationId, place: { space, thread: "", audience: "direct" } };
  readHere = () => discord.botReplies(space).map(({ text }) => text);
});

afterEach(() => stage.stop());

function unused(): never {
  throw new Error("no file is sent here");
}

const lease: Lease = {
  tenantId: parseId<TenantId>(randomUUID()),
  conversationId: parseId<ConversationId>(randomUUID()),
  token: "t",
  epoch: 0,
  signal: new AbortController().signal,
  check: () => {},
};

function aNotice(overrides: Partial<Delivery> = {}): Delivery {
  return {
    id: parseId<DeliveryId>(randomUUID()),
    turnId: undefined,
    epoch: undefined,
    part: 0,
    seq: 1,
    reply: { body, mentions, buttons },
    streamed: false,
    state: "sending",
    ref: undefined,
    attempts: 0,
    dueInMs: 0,
    sendingSince: undefined,
    piecesSent: 0,
    correlationId: "c",
    ...overrides,
  };
}

it("sends what is too long for one message in several, whole and in order, and calls whom it names", async () => {
  const outcome = await outbox.putMarked(lease, { channel: stage.channel, target }, aNotice());
  const texts = readHere();
  expect(outcome).toMatchObject({ state: "sent" });
  expect(texts.length).toBeGreaterThan(1);
  expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(2_000);
  expect(texts.join(" ").match(/word\d+/g)).toEqual(words);
  const last = stage.discord.botReplies(target.place.space).at(-1);
  expect(last?.id).toBe(outcome?.ref);
  expect(last?.pings.users).toEqual([mentions[0]?.id]);
  expect(JSON.stringify(last?.components)).toContain("Claim");
});

it("goes on where it was cut off, and doubles none of them", async () => {
  const notice = aNotice();
  const route = "POST /channels/:channel/messages";
  stage.discord.faults.rest({
    route,
    skip: 1,
    times: 1,
    do: { kind: "status", status: 500, when: "before" },
  });
  const first = await outbox.putMarked(lease, { channel: stage.channel, target }, notice);
  expect(first?.state).not.toBe("sent");
  expect(readHere()).toHaveLength(1);
  const again = aNotice({ id: notice.id, attempts: 1, sendingSince: new Date(Date.now() - 10_000) });
  const second = await outbox.put(lease, { channel: stage.channel, target }, again);
  expect(second?.state).toBe("sent");
  expect(
    readHere()
      .join(" ")
      .match(/word\d+/g),
  ).toEqual(words);
});

it("lets a message that stands grow no longer than one, and says that something is left out", async () => {
  const short = await outbox.putMarked(
    lease,
    { channel: stage.channel, target },
    aNotice({ reply: { body: "short" } }),
  );
  const longer = aNotice({ ref: short?.ref, attempts: 1 });
  expect(await outbox.putMarked(lease, { channel: stage.channel, target }, longer)).toMatchObject({
    state: "sent",
    ref: short?.ref,
  });
  const [text = "", ...others] = readHere();
  expect(others).toEqual([]);
  expect(text.length).toBeLessThanOrEqual(2_000);
  expect(text).toMatch(/^<@1300000000000000203>\nword0 word1 [^]*…$/);
});

it("makes a reply fit whatever hangs on it, and leaves alone what fits", () => {
  const called = Array.from({ length: 20 }, (_, index) => ({
    id: String(10n ** 18n + BigInt(index)),
    name: "x",
  }));
  const citations = Array.from({ length: 12 }, () => ({ title: "t".repeat(90), url: "https://a.example/x" }));
  for (const reply of [{ body }, { body, mentions: called }, { body, citations }]) {
    const fitted = fitReply({ split: splitForDiscord }, reply);
    expect(renderReply(fitted).content.length).toBeLessThanOrEqual(2_000);
    expect(fitted.body).toMatch(/^word0 [^]*…$/);
  }
  const fits = { body: "short", mentions, citations };
  expect(fitReply({ split: splitForDiscord }, fits)).toBe(fits);
  expect(fitReply({ split: splitForTeams }, { body }).body).toBe(body);
});
