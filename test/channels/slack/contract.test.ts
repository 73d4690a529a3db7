import { isFields, type Fields } from "../../../channels/kit/fields.ts";
import { createSlackChannel } from "../../../channels/slack/index.ts";
import { parseSlack } from "../../../channels/slack/parse.ts";
import { silentLog } from "../../../src/core/log.ts";
import { channelContract } from "../../contract/channel.ts";
import { aContext, aMessage, anEvent, createInstallations, recorded, someSettings } from "./slack-harness.ts";

const pair = recorded("raw-mention-pair");
const mention = pair["0"] ?? {};
const event: Fields = isFields(mention["event"]) ? mention["event"] : {};

const channel = createSlackChannel({
  settings: someSettings(),
  installations: createInstallations(),
  log: silentLog,
});

channelContract({
  name: "slack",
  payloads: {
    mention,
    mentionAgain: [pair["1"], { ...mention, event_id: "Ev0000000002" }],
    threadReply: pair["2"],
    forSomebodyElse: anEvent(aMessage({ text: "<@U2> do you know?" })),
    direct: recorded("dm")["dmMessage"],
    edit: anEvent({
      type: "message",
      subtype: "message_changed",
      channel: event["channel"],
      channel_type: "channel",
      message: {
        ...event,
        blocks: [],
        text: "<@U00FAKEBOT01> 11",
        edited: { user: "U1", ts: "1766458027.000000" },
      },
      previous_message: event,
    }),
    deletion: anEvent({
      type: "message",
      subtype: "message_deleted",
      channel: event["channel"],
      channel_type: "channel",
      deleted_ts: event["ts"],
      previous_message: event,
    }),
    button: recorded("channel")["channel_post_action"],
    command: recorded("slash-commands")["slashCommandWithArgs"],
    reaction: recorded("actions-reactions")["reaction"],
    fromSelf: pair["3"],
    fromOtherBot: anEvent(aMessage({ subtype: "bot_message", bot_id: "BOTHER", user: undefined })),
  },
  parse: (payload, options) =>
    parseSlack(
      isFields(payload) ? payload : {},
      aContext(options?.allowingBots ? { allowedBots: new Set(["BOTHER"]) } : {}),
    ),
  split: channel.split,
});
