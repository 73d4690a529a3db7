import { describe, expect, it } from "vitest";
import type { Fields } from "../../../channels/kit/fields.ts";
import { installationsNamedBy, parseSlack } from "../../../channels/slack/parse.ts";
import { aContext, envelopeOf, nowMs, recorded } from "./slack-harness.ts";

const ana = { id: "U00FAKEUSER1", kind: "user" };
const jane = { id: "U00FAKEUSER2", kind: "user" };

function inThread(space: string, thread: string) {
  return { place: { space, thread, audience: "public" } };
}

function mention(ts: string, text: string, space = "C00FAKECHAN1") {
  return { kind: "message", id: ts, text, addressed: "mention", inThread: false, ...inThread(space, ts) };
}

/** Every recorded payload, and the envelope it must become, or why there is none. */
const expected: Record<string, Record<string, object>> = {
  "actions-reactions": {
    mention: { ...mention("1767326125.870439", "Test"), sender: ana },
    action: {
      kind: "action",
      id: "1767326130.289415:info:U00FAKEUSER1",
      action: "info",
      value: "",
      targetId: "1767326126.896109",
      sender: { ...ana, name: "testuser" },
      ...inThread("C00FAKECHAN1", "1767326125.870439"),
    },
    reaction: {
      kind: "reaction",
      emoji: "+1",
      added: true,
      targetId: "1767326126.896109",
      sender: ana,
      place: { space: "C00FAKECHAN1", thread: "1767326126.896109", audience: "public" },
    },
    staticSelectAction: { kind: "action", action: "quick_action", value: "greet" },
    radioButtonsAction: { kind: "action", action: "plan_selected", value: "all_text" },
  },
  "channel-mention": {
    mention: mention("1773327463.619929", "Can you see the name of this channel: #C00FAKECHAN2?"),
  },
  channel: {
    mention: mention("1771287144.743569", "Hey"),
    channel_post_action: { kind: "action", action: "channel-post", targetId: "1771287149.605429" },
  },
  dm: {
    mention: mention("1767376988.871629", "Hey"),
    dmRequest: {
      kind: "message",
      text: "DM me",
      addressed: "none",
      inThread: true,
      ...inThread("C00FAKECHAN1", "1767376988.871629"),
    },
    dmMessage: {
      kind: "message",
      text: "Hey!",
      addressed: "direct",
      place: { space: "D0A5319PS02", thread: "", audience: "direct" },
    },
  },
  modals: {
    mention: mention("1769220155.940449", "Hello", "C00FAKECHAN2"),
    action: { kind: "action", action: "feedback", sender: { ...jane, name: "jane.smith" } },
    viewSubmission: {
      kind: "action",
      id: "V0AB2P1M2HX:1769220166.YVocmHYs:U00FAKEUSER2",
      action: "feedback_form",
      fields: { message: "Hello!", category: "feature", email: "user@example.com" },
      place: { space: "U00FAKEUSER2", thread: "", audience: "direct" },
    },
    ephemeralAction: { kind: "action", action: "ephemeral_modal", targetId: "1771126609.000200" },
    ephemeralViewSubmission: {
      kind: "action",
      action: "ephemeral_modal_form",
      fields: { response: "Hello!" },
    },
  },
  "raw-mention-pair": {
    0: mention("1766458026.240809", "1"),
    1: mention("1766458026.240809", "1"),
    2: {
      kind: "message",
      id: "1766458031.859009",
      text: "2",
      addressed: "none",
      inThread: true,
      sentAt: new Date("2025-12-23T02:47:11.859Z"),
      ...inThread("C00FAKECHAN1", "1766458026.240809"),
    },
    3: { kind: "ignored", reason: "own message" },
  },
  "slash-commands": {
    slashCommand: { kind: "command", command: "test-feedback", text: "" },
    slashCommandWithArgs: {
      kind: "command",
      id: "10520020890661.10229338706656.2e2188a074adf3bf9f8456b30180f405",
      command: "test-feedback",
      text: "some arguments here",
      sender: { ...jane, name: "testuser" },
      sentAt: new Date(nowMs),
      place: { space: "C00FAKECHAN3", thread: "", audience: "public" },
    },
    viewSubmission: { kind: "action", action: "feedback_form" },
  },
};

// The recorder's own notes between the payloads, nothing Slack sent.
const notes = new Set([
  "botName",
  "botUserId",
  "dmChannelId",
  "modalContext",
  "ephemeralModalContext",
  "slashCommandModalContext",
]);

function parse(file: string, body: Fields) {
  const botUserId = String(recorded(file)["botUserId"] ?? "U00FAKEBOT01");
  const installation = installationsNamedBy(body)[0] ?? "";
  const appId = String(body["api_app_id"]);
  return parseSlack(body, aContext({ botUserId, botId: botUserId.replace("U", "B"), appId, installation }));
}

describe("recorded Slack payloads", () => {
  for (const [file, payloads] of Object.entries(expected)) {
    for (const [name, want] of Object.entries(payloads)) {
      it(`reads ${file}: ${name}`, () => {
        const body = recorded(file)[name];
        if (body === undefined) throw new Error("not recorded");
        const parsed = parse(file, body);
        expect(parsed.kind === "envelope" ? parsed.envelope : parsed).toMatchObject(want);
      });
    }
    it(`leaves no payload of ${file} out`, () => {
      const names = Object.keys(recorded(file)).filter((name) => !notes.has(name));
      expect(Object.keys(payloads).toSorted()).toEqual(names.toSorted());
    });
  }

  it("keeps the payload for replay, without the retired shared secret in it", () => {
    const body = recorded("raw-mention-pair")["0"] ?? {};
    const { token: _token, ...kept } = body;
    expect(envelopeOf(parse("raw-mention-pair", body)).raw).toEqual(kept);
  });

  it("makes one message of the two events of one mention", () => {
    const pair = recorded("raw-mention-pair");
    const [one, other] = ["0", "1"].map((name) => envelopeOf(parse("raw-mention-pair", pair[name] ?? {})));
    expect(one?.id).toBe(other?.id);
    expect({ ...one, raw: 0 }).toEqual({ ...other, raw: 0 });
  });
});
