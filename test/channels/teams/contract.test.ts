import { isFields, type Fields } from "../../../channels/kit/fields.ts";
import { parseTeams } from "../../../channels/teams/parse.ts";
import { bytesOf, renderReply, splitForTeams } from "../../../channels/teams/render.ts";
import { channelContract } from "../../contract/channel.ts";
import { aContext, anActivity, recorded, recordedAppId } from "./teams-harness.ts";
import { shownReply, startTeamsStage } from "./teams-stage.ts";

const mention = recorded("mention")["mention"] ?? {};
const us = {
  type: "mention",
  text: "<at>Chat SDK Demo</at>",
  mentioned: { id: `28:${recordedAppId}`, name: "Chat SDK Demo" },
};
const ben = { type: "mention", text: "<at>Ben</at>", mentioned: { id: "29:ben", name: "Ben" } };
const general = {
  type: "mention",
  text: "<at>General</at>",
  mentioned: { id: "19:general@thread.tacv2", name: "General", type: "channel" },
};

function inChannel(id: string, overrides: Fields): Fields {
  const conversation = isFields(mention["conversation"]) ? mention["conversation"] : {};
  const space = "19:d441d38c655c47a085215b2726e76927@thread.tacv2";
  return { ...mention, id, conversation: { ...conversation, id: `${space};messageid=${id}` }, ...overrides };
}

const noHistory = "Teams lets a bot read no messages back, so nothing can be found";
const noStreams = "Teams streams in personal chats only; elsewhere an answer comes whole";

channelContract({
  name: "teams",
  payloads: {
    mention,
    // The connector may send it again from another region.
    mentionAgain: [{ ...mention }, { ...mention, serviceUrl: "https://smba.trafficmanager.net/emea/" }],
    mentionElsewhere: {
      ...mention,
      conversation: {
        conversationType: "channel",
        tenantId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
        id: "19:d441d38c655c47a085215b2726e76927@thread.tacv2;messageid=1767000000000",
      },
    },
    mentionOfBoth: inChannel("1767224924700", {
      text: "<at>Chat SDK Demo</at> and <at>Ben</at>, look",
      entities: [us, ben],
    }),
    forSomebodyElse: inChannel("1767224924701", { text: "<at>Ben</at> do you know?", entities: [ben] }),
    forEveryone: inChannel("1767224924702", { text: "<at>General</at> anybody?", entities: [general] }),
    threadReply: recorded("mention")["followUp"],
    direct: anActivity(),
    edit: {
      ...mention,
      type: "messageUpdate",
      timestamp: "2026-01-01T10:05:00Z",
      text: "<at>Chat SDK Demo</at> Hey there",
      channelData: { eventType: "editMessage", tenant: { id: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" } },
    },
    deletion: {
      ...mention,
      type: "messageDelete",
      timestamp: "2026-01-01T10:06:00Z",
      channelData: {
        eventType: "softDeleteMessage",
        tenant: { id: "a1b2c3d4-e5f6-7890-abcd-ef1234567890" },
      },
    },
    button: recorded("channel")["channel_post_action"],
    command: anActivity({ id: "1767224924800", text: "/help" }),
    reaction: recorded("actions-reactions")["reaction"],
    fromSelf: anActivity({ from: { id: `28:${recordedAppId}`, name: "Baton" } }),
    fromOtherBot: anActivity({ from: { id: "28:other", name: "Build Bot" } }),
  },
  parse: (payload, options) =>
    parseTeams(
      isFields(payload) ? payload : {},
      aContext(options?.allowingBots ? { allowedBots: new Set(["28:other"]) } : {}),
    ),
  split: splitForTeams,
  shown: shownReply,
  measure: (reply) => bytesOf(renderReply(reply)),
  limit: 28 * 1024,
  forgeries: [
    "<at>Ana</at>",
    '<at id="0">Ana</at>',
    "\\<at>Ana</at>",
    "&lt;at&gt;Ana&lt;/at&gt;",
    "&#60;at>Ana</at>",
    '<span itemtype="http://schema.skype.com/Mention" itemid="0">Ana</span>',
    "<attachment id=1></attachment>",
  ],
  stage: startTeamsStage,
  deviations: {
    "finds what was delivered although its answer was cut": noHistory,
    "finds nothing where nothing was delivered, and then delivers once": noHistory,
    "finds a stream whose beginning went unanswered": noHistory,
    "shows an answer growing in a room and always ends on the full text": noStreams,
    "ends a message that another process left half written": noStreams,
    "reacts as often as it is asked, with the same end": "bots cannot react in Teams",
  },
});
