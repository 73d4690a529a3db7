import { isFields, type Fields } from "../../../channels/kit/fields.ts";
import { parseSlack } from "../../../channels/slack/parse.ts";
import { markdownLimit } from "../../../channels/slack/render.ts";
import { toSafeMarkdown } from "../../../channels/slack/safe-markdown.ts";
import { splitForSlack } from "../../../channels/slack/split.ts";
import { channelContract } from "../../contract/channel.ts";
import { aContext, aMessage, anEvent, recorded } from "./slack-harness.ts";
import { shownBySlack, startSlackStage } from "./slack-stage.ts";

const pair = recorded("raw-mention-pair");
const mention = pair["0"] ?? {};
const event: Fields = isFields(mention["event"]) ? mention["event"] : {};

channelContract({
  name: "slack",
  payloads: {
    mention,
    mentionAgain: [pair["1"], { ...mention, event_id: "Ev0000000002" }],
    // Two messages of two channels may well have one ts.
    mentionElsewhere: anEvent({ ...event, channel: "C00ELSEWHERE" }),
    mentionOfBoth: anEvent(
      aMessage({ ts: "1770000000.000200", text: "<@U00FAKEBOT01> and <@U2|ben>, look" }),
    ),
    forSomebodyElse: anEvent(aMessage({ text: "<@U2> do you know?" })),
    forEveryone: anEvent(aMessage({ ts: "1770000000.000300", text: "<!here> does anybody know?" })),
    threadReply: pair["2"],
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
  split: splitForSlack,
  shown: shownBySlack,
  measure: ({ body }) => toSafeMarkdown(body).length,
  limit: markdownLimit,
  forgeries: [
    "<!channel>",
    "<!here|here>",
    "<!subteam^S012AB3CD>",
    "<@U012AB3CD>",
    "<@U012AB3CD|ana>",
    "<#C012AB3CD|general>",
    "<https://evil.example|bank.com>",
    "&lt;!channel&gt;",
    "&#60;!here>",
    "\\<!everyone>",
    "@channel",
    "@here",
  ],
  stage: startSlackStage,
});
