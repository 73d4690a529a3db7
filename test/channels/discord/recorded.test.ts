import { describe, expect, it } from "vitest";
import { parseDiscord } from "../../../channels/discord/parse.ts";
import { aContext, envelopeOf, recorded, recordedIds, recordedNames } from "./discord-harness.ts";

const { bot, guild, channel, thread } = recordedIds;
const read = (name: string) => parseDiscord(recorded(name), aContext(recorded(name)));
const inThread = { space: channel, thread };
const user = { id: "1033044521375764530", kind: "user", name: "Test User" };
const message = (more: object) => ({
  kind: "message",
  channel: "discord",
  installation: guild,
  sender: user,
  attachments: [],
  mentionsOthers: false,
  ...more,
});

/** What each recorded payload is to us. */
const expected: Readonly<Record<string, object | string>> = {
  gatewayMention: message({
    id: thread,
    text: "Hey",
    addressed: "mention",
    place: inThread,
    inThread: false,
    sentAt: new Date("2026-01-05T00:49:53.676Z"),
  }),
  gatewayAIMention: message({
    text: "AI What is love",
    addressed: "mention",
    place: { space: channel, thread: "1457536647464747051" },
  }),
  gatewayRoleMention: message({ text: "AI Still there?", addressed: "mention" }),
  gatewaySubscribedMessage: message({ text: "Hey", addressed: "none", place: inThread, inThread: true }),
  gatewayThreadUserHey: message({ text: "Hey", addressed: "none", place: inThread, inThread: true }),
  gatewayDMRequest: message({ text: "DM me", addressed: "none", place: inThread }),
  gatewayThreadDMRequest: message({ text: "DM me", addressed: "none", place: inThread }),
  gatewayThreadNum1: message({ text: "1", place: inThread }),
  gatewayThreadNice: message({ text: "Nice", place: inThread }),
  gatewayBotWelcome: "own message",
  gatewayThreadWelcome: "own message",
  gatewayThreadCreate: "event we do not need: THREAD_CREATE",
  gatewayReactionAdd: { kind: "reaction", added: true },
  buttonClickHello: {
    kind: "action",
    action: "hello",
    value: "",
    sender: { ...user, locale: "en-US" },
    targetId: "1457536567810854934",
    place: inThread,
  },
  buttonClickMessages: { kind: "action", action: "messages", place: inThread },
  buttonClickInfo: { kind: "action", action: "info", place: inThread },
  buttonClickGoodbye: { kind: "action", action: "goodbye", place: inThread },
  dmButtonClick: {
    kind: "action",
    installation: bot,
    action: "dm-action",
    targetId: "MSG_DM_123",
    place: { space: "DM_CHANNEL_123", thread: "", audience: "direct" },
  },
  differentUser: {
    kind: "action",
    action: "hello",
    sender: { id: "9876543210987654321", name: "Different Nick" },
  },
};

describe("Recorded payloads of Discord", () => {
  it("are all of them expected to be something", () => {
    expect(Object.keys(expected).toSorted()).toEqual(recordedNames.toSorted());
  });

  it.each(recordedNames)("%s is read as what it is", (name) => {
    const what = expected[name];
    if (typeof what === "string") expect(read(name)).toEqual({ kind: "ignored", reason: what });
    else expect(envelopeOf(read(name))).toMatchObject(what ?? {});
  });

  it("G12: without their text are no question, unless they were for us alone", () => {
    const mute = { ...recorded("gatewaySubscribedMessage") };
    const { d } = mute;
    const emptied = { ...mute, d: { ...Object(d), content: "" } };
    expect(parseDiscord(emptied, aContext(emptied))).toEqual({
      kind: "ignored",
      reason: "message without content",
    });
  });

  it("tell how the message begins that one replies to, never with half an emoji", () => {
    const said = recorded("gatewaySubscribedMessage");
    const reply = {
      ...said,
      d: {
        ...Object(said["d"]),
        type: 19,
        message_reference: { message_id: channel },
        referenced_message: { content: `${"a".repeat(199)}🙂` },
      },
    };
    expect(envelopeOf(parseDiscord(reply, aContext(reply)))).toMatchObject({
      repliesTo: { id: channel, text: "a".repeat(199) },
    });
  });

  it("keep no credential for replay", () => {
    for (const name of recordedNames) expect(JSON.stringify(read(name))).not.toContain('"scrubbed"}');
    const pressed = envelopeOf(read("buttonClickHello"));
    expect(JSON.stringify(pressed.raw)).not.toContain("scrubbed");
    expect(pressed.returnPath).toContain("scrubbed");
  });
});
