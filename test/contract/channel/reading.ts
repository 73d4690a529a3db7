import fc from "fast-check";
import { expect } from "vitest";
import type { Envelope, Parsed } from "../../../src/core/envelope.ts";
import type { Subject } from "./subject.ts";

function read(channel: Subject, payload: unknown): Envelope {
  const parsed = channel.parse(payload);
  if (parsed.kind === "ignored") throw new Error(`ignored: ${parsed.reason}`);
  return parsed.envelope;
}

const identity = ({ installation, place, id }: Envelope): string =>
  JSON.stringify([installation, place.space, id]);

/** What a channel makes of what its platform delivers. */
export const reading = {
  "reads a message that names the bot": (channel: Subject) => {
    const said = read(channel, channel.payloads.mention);
    expect(said).toMatchObject({
      kind: "message",
      addressed: "mention",
      mentionsOthers: false,
      sender: { kind: "user" },
    });
    expect(said.sentAt.getTime()).not.toBeNaN();
  },
  "tells whom else a message names: nobody, somebody, everyone": (channel: Subject) => {
    const { mentionOfBoth, forSomebodyElse, forEveryone } = channel.payloads;
    const both = { kind: "message", addressed: "mention", mentionsOthers: true };
    expect(read(channel, mentionOfBoth)).toMatchObject(both);
    for (const payload of [forSomebodyElse, forEveryone]) {
      const said = { kind: "message", addressed: "none", mentionsOthers: true };
      expect(read(channel, payload)).toMatchObject(said);
    }
  },
  "writes mentions as names, not in the platform's markup": (channel: Subject) => {
    const { mention, mentionOfBoth, forSomebodyElse, forEveryone } = channel.payloads;
    for (const payload of [mention, mentionOfBoth, forSomebodyElse, forEveryone]) {
      const said = read(channel, payload);
      expect(said.kind === "message" ? said.text : undefined).not.toMatch(/<[@!#&]|<\/?at\b|&lt;/);
    }
  },
  "puts a reply into the thread it answers": (channel: Subject) => {
    const root = read(channel, channel.payloads.mention);
    const reply = read(channel, channel.payloads.threadReply);
    expect(reply).toMatchObject({ kind: "message", inThread: true });
    expect(reply.place).toEqual(root.place);
  },
  "reads a direct message as meant for the bot alone": (channel: Subject) => {
    const said = read(channel, channel.payloads.direct);
    expect(said).toMatchObject({ kind: "message", addressed: "direct", place: { audience: "direct" } });
  },
  "knows which message an edit means": (channel: Subject) => {
    const { id, place } = read(channel, channel.payloads.mention);
    expect(read(channel, channel.payloads.edit)).toMatchObject({ kind: "edit", targetId: id, place });
  },
  "knows which message a deletion means": (channel: Subject) => {
    const { id, place } = read(channel, channel.payloads.mention);
    const deleted = { kind: "delete", targetId: id, place: { space: place.space } };
    expect(read(channel, channel.payloads.deletion)).toMatchObject(deleted);
  },
  "reads a button": (channel: Subject) => {
    const pressed = { kind: "action", action: expect.stringMatching(/./) };
    expect(read(channel, channel.payloads.button)).toMatchObject(pressed);
  },
  "reads a command": (channel: Subject) => {
    const given = { kind: "command", command: expect.stringMatching(/^[^/]/) };
    expect(read(channel, channel.payloads.command)).toMatchObject(given);
  },
  "reads a reaction": (channel: Subject) => {
    expect(read(channel, channel.payloads.reaction)).toMatchObject({
      kind: "reaction",
      emoji: expect.stringMatching(/./),
      targetId: expect.stringMatching(/./),
    });
  },
  "never answers itself": (channel: Subject) => {
    expect(channel.parse(channel.payloads.fromSelf)).toEqual({ kind: "ignored", reason: "own message" });
  },
  "ignores other bots unless they are allowed": (channel: Subject) => {
    expect(channel.parse(channel.payloads.fromOtherBot).kind).toBe("ignored");
    const allowed = channel.parse(channel.payloads.fromOtherBot, { allowingBots: true });
    expect(allowed).toMatchObject({ kind: "envelope", envelope: { sender: { kind: "bot" } } });
  },
  "gives a message the same identity and place however often it comes": (channel: Subject) => {
    const { mention, mentionAgain } = channel.payloads;
    const first = read(channel, mention);
    for (const payload of [mention, ...mentionAgain]) {
      const again = read(channel, payload);
      expect(identity(again)).toBe(identity(first));
      expect(again.place).toEqual(first.place);
    }
  },
  "gives different things different identities, in one conversation and across them": (channel: Subject) => {
    const { mentionAgain: _, fromSelf: __, fromOtherBot: ___, ...different } = channel.payloads;
    const all = Object.values(different).filter((payload) => payload !== undefined);
    expect(new Set(all.map((payload) => identity(read(channel, payload)))).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(3);
  },
  "keeps the payload for replay: read again, it is the same": (channel: Subject) => {
    const said = read(channel, channel.payloads.mention);
    expect(said.raw).toBeDefined();
    expect(read(channel, said.raw)).toEqual(said);
  },
  "says why where there is nothing to do": (channel: Subject) => {
    for (const odd of [{}, { type: "unheard of" }, { event: null }, { type: [], event: { type: {} } }]) {
      expect(channel.parse(odd)).toEqual({ kind: "ignored", reason: expect.stringMatching(/./) });
    }
  },
  "reads whatever becomes of a payload, without throwing": (channel: Subject) => {
    const { mentionAgain, ...others } = channel.payloads;
    const known = [...Object.values(others), ...mentionAgain].filter((payload) => payload !== undefined);
    const damaged = fc.tuple(fc.constantFrom(...known), fc.array(damage, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), damaged.map(applyDamage)), (payload) =>
        expectReadable(channel.parse(payload)),
      ),
      { numRuns: 300 },
    );
  },
};

/** Something that the inbox can store, or a reason. */
function expectReadable(parsed: Parsed): void {
  if (parsed.kind === "ignored") expect(parsed.reason).toMatch(/./);
  else expect(JSON.stringify(parsed.envelope)).toMatch(/^\{/);
}

interface Damage {
  /** Which of the payload's places, counted as they come, modulo how many there are. */
  readonly at: number;
  /** Taken out when undefined. */
  readonly by: unknown;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(400),
  by: fc.oneof(fc.constant(undefined), fc.constantFrom("", "\0", null, 0, -1, [], {}), fc.jsonValue()),
});

/** A copy of the payload with some of its places overwritten or taken out. */
function applyDamage([payload, damages]: readonly [unknown, readonly Damage[]]): unknown {
  const copy: unknown = structuredClone(payload);
  for (const { at, by } of damages) {
    const places = placesIn(copy);
    const place = places[at % Math.max(1, places.length)];
    if (place === undefined) continue;
    if (by === undefined) Reflect.deleteProperty(place.holder, place.key);
    else Reflect.set(place.holder, place.key, by);
  }
  return copy;
}

function placesIn(value: unknown): { readonly holder: object; readonly key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ holder: value, key }, ...placesIn(inner)]);
}
