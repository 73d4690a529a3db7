import { describe, expect, it } from "vitest";
import type { Channel } from "../../src/core/channel.ts";
import type { Envelope, Parsed } from "../../src/core/envelope.ts";

/** What happened on the platform, as the payload it delivers. Recorded ones decide over hand-written ones. */
export interface ChannelPayloads {
  /** A person's message in a shared room that names the bot. */
  readonly mention: unknown;
  /** Every further delivery of that same mention, however the platform repeats itself. */
  readonly mentionAgain: readonly unknown[];
  /** A person's message in a thread the bot takes part in, naming nobody. */
  readonly threadReply: unknown;
  /** A message in a room that names somebody else and not the bot. */
  readonly forSomebodyElse: unknown;
  readonly direct: unknown;
  /** The person changes and removes the message of `mention`. */
  readonly edit: unknown;
  readonly deletion: unknown;
  readonly button: unknown;
  readonly command: unknown;
  readonly reaction: unknown;
  /** The bot's own message coming back. */
  readonly fromSelf: unknown;
  readonly fromOtherBot: unknown;
}

/** What a channel hands the suite: payloads, and how to read and cut them. */
export interface ChannelSubject {
  readonly name: string;
  readonly payloads: ChannelPayloads;
  /** Reads a payload as the channel does; `allowingBots` as if the operator had allowed that other bot. */
  parse(payload: unknown, options?: { readonly allowingBots: boolean }): Parsed;
  readonly split: Channel["split"];
  /** A promise this channel cannot keep, and why. */
  readonly deviations?: Partial<Record<PromiseName, string>>;
}

function read(channel: ChannelSubject, payload: unknown): Envelope {
  const parsed = channel.parse(payload);
  if (parsed.kind === "ignored") throw new Error(`ignored: ${parsed.reason}`);
  return parsed.envelope;
}

const identity = ({ installation, place, id }: Envelope): string =>
  JSON.stringify([installation, place.space, id]);

const promises = {
  "reads a message that names the bot": (channel: ChannelSubject) => {
    const said = read(channel, channel.payloads.mention);
    expect(said).toMatchObject({ kind: "message", addressed: "mention", sender: { kind: "user" } });
    expect(said.sentAt.getTime()).not.toBeNaN();
  },
  "puts a reply into the thread it answers": (channel: ChannelSubject) => {
    const root = read(channel, channel.payloads.mention);
    const reply = read(channel, channel.payloads.threadReply);
    expect(reply).toMatchObject({ kind: "message", inThread: true });
    expect(reply.place).toEqual(root.place);
  },
  "reads a direct message as meant for the bot alone": (channel: ChannelSubject) => {
    const said = read(channel, channel.payloads.direct);
    expect(said).toMatchObject({ kind: "message", addressed: "direct", place: { audience: "direct" } });
  },
  "tells a message for somebody else apart": (channel: ChannelSubject) => {
    const said = read(channel, channel.payloads.forSomebodyElse);
    expect(said).toMatchObject({ kind: "message", addressed: "none", mentionsOthers: true });
  },
  "knows which message an edit and a deletion mean": (channel: ChannelSubject) => {
    const { id, place } = read(channel, channel.payloads.mention);
    expect(read(channel, channel.payloads.edit)).toMatchObject({ kind: "edit", targetId: id, place });
    expect(read(channel, channel.payloads.deletion)).toMatchObject({ kind: "delete", targetId: id });
  },
  "reads a button, a command and a reaction": (channel: ChannelSubject) => {
    expect(read(channel, channel.payloads.button)).toMatchObject({
      kind: "action",
      action: expect.stringMatching(/./),
    });
    expect(read(channel, channel.payloads.command)).toMatchObject({
      kind: "command",
      command: expect.stringMatching(/^[^/]/),
    });
    expect(read(channel, channel.payloads.reaction)).toMatchObject({
      kind: "reaction",
      emoji: expect.stringMatching(/./),
      targetId: expect.stringMatching(/./),
    });
  },
  "never answers itself": (channel: ChannelSubject) => {
    expect(channel.parse(channel.payloads.fromSelf)).toEqual({ kind: "ignored", reason: "own message" });
  },
  "ignores other bots unless they are allowed": (channel: ChannelSubject) => {
    expect(channel.parse(channel.payloads.fromOtherBot).kind).toBe("ignored");
    const allowed = channel.parse(channel.payloads.fromOtherBot, { allowingBots: true });
    expect(allowed).toMatchObject({ kind: "envelope", envelope: { sender: { kind: "bot" } } });
  },
  "gives a message the same identity however often it comes": (channel: ChannelSubject) => {
    const first = identity(read(channel, channel.payloads.mention));
    for (const again of [channel.payloads.mention, ...channel.payloads.mentionAgain]) {
      expect(identity(read(channel, again))).toBe(first);
    }
  },
  "gives different things different identities": (channel: ChannelSubject) => {
    const { mention, threadReply, forSomebodyElse, direct, edit, deletion, button, command, reaction } =
      channel.payloads;
    const all = [mention, threadReply, forSomebodyElse, direct, edit, deletion, button, command, reaction];
    expect(new Set(all.map((payload) => identity(read(channel, payload)))).size).toBe(all.length);
  },
  "keeps the payload for replay: read again, it is the same": (channel: ChannelSubject) => {
    const said = read(channel, channel.payloads.mention);
    expect(said.raw).toBeDefined();
    expect(read(channel, said.raw)).toEqual(said);
  },
  "says why where there is nothing to do, and never throws": (channel: ChannelSubject) => {
    for (const odd of [{}, { type: "unheard of" }, { event: null }, { type: [], event: { type: {} } }]) {
      expect(channel.parse(odd)).toEqual({ kind: "ignored", reason: expect.stringMatching(/./) });
    }
  },
  "splits a long answer and loses nothing": (channel: ChannelSubject) => {
    const body = Array.from({ length: 8_000 }, (_, index) => `word${index}`).join(" ");
    const parts = channel.split({ body });
    expect(parts.length).toBeGreaterThan(1);
    const words = parts.flatMap((part) => part.body.split(/\s+/)).filter((word) => word !== "");
    expect(words).toEqual(body.split(" "));
    for (const part of parts) expect(channel.split(part)).toHaveLength(1);
  },
};

/** The promises every channel makes, by name. */
export type PromiseName = keyof typeof promises;

/** Holds a channel to the promises all channels share. A deviation is stated by name, with its reason. */
export function channelContract(channel: ChannelSubject): void {
  const reasons = new Map(Object.entries(channel.deviations ?? {}));
  const all = Object.entries(promises);
  const kept = all.filter(([name]) => !reasons.has(name));
  const excused = all.flatMap(([name, check]) => {
    const reason = reasons.get(name);
    return reason === undefined ? [] : [{ name, reason, check }];
  });
  describe(`${channel.name} keeps the channel contract`, () => {
    it.each(kept)("%s", (_, check) => check(channel));
    // A deviation that no longer holds is to be taken out, so it must still fail.
    it.for(excused)("cannot: $name ($reason)", ({ check }) => {
      expect(() => check(channel)).toThrow(/./);
    });
  });
}
