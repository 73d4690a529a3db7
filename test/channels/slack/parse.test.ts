import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fields } from "../../../channels/kit/fields.ts";
import { installationsNamedBy, parseSlack } from "../../../channels/slack/parse.ts";
import { actions } from "../../../src/core/reply.ts";
import { aContext, aMessage, anEvent, envelopeOf } from "./slack-harness.ts";

function read(event: Fields, body: Fields = {}, context = aContext()) {
  return parseSlack(anEvent(event, body), context);
}

describe("where a Slack message was said", () => {
  it("opens a thread on a message that is in none", () => {
    expect(envelopeOf(read(aMessage())).place).toEqual({
      space: "C1",
      thread: "1770000000.000100",
      audience: "public",
    });
  });

  it("keeps a DM as one rolling conversation, and a thread in it as its own", () => {
    const dm = { channel: "D1", channel_type: "im" };
    expect(envelopeOf(read(aMessage(dm))).place).toEqual({ space: "D1", thread: "", audience: "direct" });
    const inThread = envelopeOf(read(aMessage({ ...dm, thread_ts: "1769999999.000100" })));
    expect(inThread.place.thread).toBe("1769999999.000100");
    expect(inThread).toMatchObject({ addressed: "direct", inThread: true });
  });

  it("knows who can read along", () => {
    const audienceOf = (event: Fields, body?: Fields) =>
      envelopeOf(read(aMessage(event), body)).place.audience;
    expect(audienceOf({ channel_type: "group" })).toBe("group");
    expect(audienceOf({ channel_type: "mpim" })).toBe("group");
    expect(audienceOf({}, { is_ext_shared_channel: true })).toBe("shared");
  });

  it("routes a shared channel's event by its context team, never by the author's", () => {
    const body = { team_id: "T0OTHERORG1", context_team_id: "T00FAKE00AA", is_ext_shared_channel: true };
    expect(installationsNamedBy(anEvent(aMessage(), body))).toEqual(["T00FAKE00AA"]);
    const envelope = envelopeOf(read(aMessage({ user_team: "T0OTHERORG1" }), body));
    expect(envelope.sender.homeTeam).toBe("T0OTHERORG1");
    const authorized = anEvent(aMessage(), {
      team_id: "T0OTHERORG1",
      context_team_id: undefined,
      authorizations: [{ team_id: "T00FAKE00AA", user_id: "U1", is_bot: true }],
    });
    expect(installationsNamedBy(authorized)).toEqual(["T00FAKE00AA"]);
  });
});

describe("whom a Slack message is for", () => {
  const mention = "<@U00FAKEBOT01> ";

  it("is for us when it names us, and our name at its start is no part of what was said", () => {
    const envelope = envelopeOf(read(aMessage({ text: `${mention}where is my badge?` })));
    expect(envelope).toMatchObject({
      addressed: "mention",
      text: "where is my badge?",
      mentionsOthers: false,
    });
  });

  it("is for us when it answers our thread, and for nobody in particular otherwise", () => {
    const reply = { thread_ts: "1769999999.000100" };
    expect(read(aMessage({ ...reply, parent_user_id: "U00FAKEBOT01" }))).toMatchObject({
      envelope: { addressed: "reply", inThread: true },
    });
    expect(read(aMessage({ ...reply, parent_user_id: "U2" }))).toMatchObject({
      envelope: { addressed: "none" },
    });
  });

  it("tells when somebody else is named: a person, a group, everyone", () => {
    for (const text of ["<@U2> can you?", "<!here> look", "<!subteam^S1|@support> please"]) {
      expect(envelopeOf(read(aMessage({ text })))).toMatchObject({ mentionsOthers: true });
    }
  });

  it("hears a mention without words", () => {
    expect(envelopeOf(read(aMessage({ text: mention })))).toMatchObject({ addressed: "mention", text: "" });
  });
});

describe("what Slack sends that nobody said to us", () => {
  it("never answers itself, under whichever of its names", () => {
    for (const own of [
      { user: "U00FAKEBOT01" },
      { user: "U9", bot_id: "B00FAKEBOT01" },
      { bot_id: "B9", app_id: "A00FAKEAPP01", subtype: "bot_message" },
      { bot_id: "B9", bot_profile: { app_id: "A00FAKEAPP01" } },
    ]) {
      expect(read(aMessage(own))).toEqual({ kind: "ignored", reason: "own message" });
    }
  });

  it("ignores other bots, unless they are allowed by any of their ids", () => {
    const bot = aMessage({ user: "UBOT", bot_id: "BOTHER", app_id: "AOTHER" });
    expect(read(bot)).toEqual({ kind: "ignored", reason: "another bot" });
    for (const id of ["BOTHER", "AOTHER", "UBOT"]) {
      const context = aContext({ allowedBots: new Set([id]) });
      expect(read(bot, {}, context)).toMatchObject({ envelope: { sender: { kind: "bot", id: "UBOT" } } });
    }
  });

  it("says which notice it ignores", () => {
    for (const subtype of [
      "channel_join",
      "channel_leave",
      "channel_topic",
      "pinned_item",
      "huddle_thread",
    ]) {
      expect(read(aMessage({ subtype }))).toEqual({ kind: "ignored", reason: `channel notice: ${subtype}` });
    }
  });

  it("reads broadcasts, /me and files as messages", () => {
    expect(read(aMessage({ subtype: "thread_broadcast", thread_ts: "1769999999.000100" }))).toMatchObject({
      envelope: { kind: "message", inThread: true },
    });
    expect(read(aMessage({ subtype: "me_message" }))).toMatchObject({ envelope: { text: "hello" } });
    const files = [
      {
        id: "F1",
        name: "a.pdf",
        mimetype: "application/pdf",
        size: 12,
        url_private: "https://files.slack.com/a",
      },
      { id: "F2", mode: "tombstone" },
      { id: "F3", file_access: "check_file_info" },
    ];
    const envelope = envelopeOf(read(aMessage({ subtype: "file_share", text: "", files })));
    expect(envelope).toMatchObject({
      attachments: [
        { id: "F1", name: "a.pdf", mimeType: "application/pdf", bytes: 12 },
        { id: "F3", name: "F3", bytes: 0 },
      ],
    });
  });
});

describe("what people do to their messages", () => {
  const edited = { user: "U1", ts: "1770000009.000000" };
  const change = (message: Fields, previous: Fields = {}) =>
    read({
      type: "message",
      subtype: "message_changed",
      channel: "C1",
      channel_type: "channel",
      message: aMessage(message),
      previous_message: aMessage(previous),
    });

  it("reads an edit with an identity of its own", () => {
    expect(change({ text: "hello *you*", edited })).toMatchObject({
      envelope: {
        kind: "edit",
        id: "1770000000.000100:edit:1770000009.000000",
        targetId: "1770000000.000100",
        text: "hello **you**",
      },
    });
  });

  it("does not take an unfolded preview for an edit", () => {
    const reason = { kind: "ignored", reason: "only a preview changed" };
    expect(change({ attachments: [{ title: "a page" }] })).toEqual(reason);
    expect(change({ edited, attachments: [{ title: "a page" }] }, { edited })).toEqual(reason);
  });

  it("does not hear its own streaming", () => {
    expect(change({ user: "U00FAKEBOT01", bot_id: "B00FAKEBOT01", text: "more", edited })).toEqual({
      kind: "ignored",
      reason: "own message",
    });
  });

  it("reads a deletion, also where Slack leaves a tombstone", () => {
    const want = {
      envelope: { kind: "delete", id: "1770000000.000100:delete", targetId: "1770000000.000100" },
    };
    const deletion = {
      type: "message",
      subtype: "message_deleted",
      channel: "C1",
      channel_type: "channel",
      deleted_ts: "1770000000.000100",
      previous_message: aMessage(),
    };
    expect(read(deletion)).toMatchObject(want);
    expect(change({ subtype: "tombstone", user: "USLACKBOT" })).toMatchObject(want);
    expect(read({ ...deletion, previous_message: aMessage({ user: "U00FAKEBOT01" }) })).toMatchObject({
      reason: "own message",
    });
  });
});

describe("what happens to the bot in Slack", () => {
  it("tells coming, going, home, the end and the limit apart", () => {
    const bot = { user: "U00FAKEBOT01", channel: "C1" };
    expect(read({ type: "member_joined_channel", ...bot })).toMatchObject({ envelope: { change: "joined" } });
    expect(read({ type: "member_left_channel", ...bot })).toMatchObject({ envelope: { change: "left" } });
    expect(read({ type: "member_joined_channel", user: "U2", channel: "C1" })).toMatchObject({
      kind: "ignored",
    });
    expect(read({ type: "app_home_opened", user: "U1", channel: "D1", tab: "home" })).toMatchObject({
      envelope: { change: "home opened", sender: { id: "U1" }, place: { audience: "direct" } },
    });
    expect(read({ type: "app_home_opened", user: "U1", channel: "D1", tab: "messages" })).toMatchObject({
      kind: "ignored",
    });
    expect(read({ type: "app_uninstalled" })).toMatchObject({ envelope: { change: "uninstalled" } });
    expect(read({ type: "tokens_revoked", tokens: { oauth: [], bot: ["U00FAKEBOT01"] } })).toMatchObject({
      envelope: { change: "uninstalled" },
    });
    expect(read({ type: "tokens_revoked", tokens: { oauth: ["U1"], bot: [] } })).toMatchObject({
      kind: "ignored",
    });
    const limited = { type: "app_rate_limited", team_id: "T00FAKE00AA", minute_rate_limited: 1_770_000_000 };
    expect(parseSlack(limited, aContext())).toMatchObject({ envelope: { change: "rate limited" } });
  });

  it("ignores its own reactions and reads people's, both ways", () => {
    const reaction = {
      user: "U1",
      reaction: "eyes",
      item: { type: "message", channel: "C1", ts: "1770000000.000100" },
    };
    expect(read({ type: "reaction_removed", ...reaction })).toMatchObject({ envelope: { added: false } });
    expect(read({ type: "reaction_added", ...reaction, user: "U00FAKEBOT01" })).toMatchObject({
      reason: "own reaction",
    });
  });
});

describe("controls", () => {
  const press = (action: Fields, body: Fields = {}) =>
    envelopeOf(
      parseSlack(
        {
          type: "block_actions",
          team: { id: "T00FAKE00AA" },
          user: { id: "U1", team_id: "T00FAKE00AA" },
          channel: { id: "C1", name: "general" },
          container: { type: "message", message_ts: "1770000000.000100", channel_id: "C1" },
          actions: [{ action_id: "pick", action_ts: "1770000001.000000", ...action }],
          ...body,
        },
        aContext(),
      ),
    );

  it("reads whichever control was used", () => {
    const option = (value: string) => ({ text: { type: "plain_text", text: value }, value });
    const cases: readonly (readonly [Fields, string])[] = [
      [{ type: "button", value: "v" }, "v"],
      [{ type: "static_select", selected_option: option("a") }, "a"],
      [{ type: "external_select", selected_option: option("b") }, "b"],
      [{ type: "overflow", selected_option: option("c") }, "c"],
      [{ type: "checkboxes", selected_options: [option("a"), option("b")] }, "a,b"],
      [{ type: "datepicker", selected_date: "2026-01-02" }, "2026-01-02"],
      [{ type: "timepicker", selected_time: "10:30" }, "10:30"],
      [{ type: "datetimepicker", selected_date_time: 1_770_000_000 }, "1770000000"],
      [{ type: "users_select", selected_user: "U2" }, "U2"],
      [{ type: "multi_users_select", selected_users: ["U2", "U3"] }, "U2,U3"],
      [{ type: "plain_text_input", value: "typed" }, "typed"],
    ];
    for (const [action, value] of cases) expect(press(action)).toMatchObject({ action: "pick", value });
  });

  it("gives back the names Baton put under its replies", () => {
    const up = press({ type: "feedback_buttons", action_id: "baton.feedback", value: "up:answer-1" });
    expect(up).toMatchObject({ action: actions.feedbackUp, value: "answer-1" });
    const second = press({ type: "button", action_id: `${actions.suggestion}:1`, value: "prices" });
    expect(second).toMatchObject({ action: actions.suggestion, value: "prices" });
  });

  it("tells two presses of one button by two people apart", () => {
    const one = press({ type: "button", value: "v" });
    const other = press({ type: "button", value: "v" }, { user: { id: "U2", team_id: "T00FAKE00AA" } });
    expect(one.id).not.toBe(other.id);
  });

  it("reads a message shortcut with the message it was used on", () => {
    const shortcut = {
      type: "message_action",
      callback_id: "ask_baton",
      action_ts: "1770000002.000000",
      team: { id: "T00FAKE00AA" },
      user: { id: "U1", team_id: "T00FAKE00AA" },
      channel: { id: "D1", name: "directmessage" },
      message: { type: "message", user: "U2", ts: "1770000000.000100", text: "how much is *it*?" },
    };
    expect(envelopeOf(parseSlack(shortcut, aContext()))).toMatchObject({
      action: "ask_baton",
      value: "how much is **it**?",
      targetId: "1770000000.000100",
      place: { space: "D1", thread: "", audience: "direct" },
    });
  });
});

it("reads any JSON without throwing", () => {
  const types = ["message", "app_mention", "reaction_added", "app_home_opened", "tokens_revoked"];
  const kinds = ["event_callback", "block_actions", "view_submission", "message_action", "shortcut"];
  const body = fc.record({ type: fc.constantFrom(...kinds), event: fc.jsonValue(), view: fc.jsonValue() });
  const event = fc.tuple(
    fc.constantFrom(...types),
    fc.dictionary(
      fc.constantFrom(
        "channel",
        "user",
        "ts",
        "message",
        "previous_message",
        "files",
        "blocks",
        "item",
        "text",
        "subtype",
      ),
      fc.jsonValue(),
    ),
  );
  fc.assert(
    fc.property(fc.oneof(body, fc.dictionary(fc.string(), fc.jsonValue())), event, (any, [type, fields]) => {
      expect(["envelope", "ignored"]).toContain(parseSlack(any, aContext()).kind);
      expect(["envelope", "ignored"]).toContain(read({ ...fields, type }).kind);
    }),
    { numRuns: 300 },
  );
});
