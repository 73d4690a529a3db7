import { fieldsAt, isFields, type Fields } from "../../../channels/kit/fields.ts";
import { parseDiscord } from "../../../channels/discord/parse.ts";
import { contentLimit, renderReply, splitForDiscord } from "../../../channels/discord/render.ts";
import { channelContract } from "../../contract/channel.ts";
import { aContext, recorded, recordedIds } from "./discord-harness.ts";
import { shownByDiscord, startDiscordStage } from "./discord-stage.ts";

const mention = recorded("gatewayMention");
const said = fieldsAt(mention, "d");
const { bot, guild, channel } = recordedIds;
const otherBot = { id: "1457469483726660001", username: "parrot", bot: true };
const ana = { id: "1457469483726660002", username: "ana", global_name: "Ana" };

/** A message like the recorded one, otherwise worded. */
function aMessage(id: string, overrides: Fields): Fields {
  return { t: "MESSAGE_CREATE", d: { ...said, id, mentions: [], ...overrides } };
}

const command: Fields = {
  t: "INTERACTION_CREATE",
  d: {
    id: "1457536583141169999",
    application_id: bot,
    type: 2,
    token: "scrubbed",
    guild_id: guild,
    channel_id: channel,
    channel: { id: channel, type: 0 },
    member: { user: ana },
    data: { id: "1457536583141160000", name: "human", type: 1 },
  },
};

channelContract({
  name: "discord",
  payloads: {
    mention,
    mentionAgain: [{ ...mention, s: 12, op: 0 }],
    mentionElsewhere: aMessage("1457536551830421525", {
      channel_id: "1457510428359004999",
      content: said["content"],
    }),
    mentionOfBoth: aMessage("1457536551830421526", {
      content: `<@${bot}> and <@${ana.id}>, look`,
      mentions: [ana],
    }),
    forSomebodyElse: aMessage("1457536551830421527", {
      content: `<@${ana.id}> do you know?`,
      mentions: [ana],
    }),
    forEveryone: aMessage("1457536551830421528", {
      content: "@here does anybody know?",
      mention_everyone: true,
    }),
    threadReply: recorded("gatewaySubscribedMessage"),
    direct: {
      t: "MESSAGE_CREATE",
      d: {
        ...said,
        id: "1457536551830421529",
        guild_id: undefined,
        channel_type: 1,
        channel_id: "1457510428359005000",
        content: "psst",
        mentions: [],
      },
    },
    edit: {
      t: "MESSAGE_UPDATE",
      d: { ...said, content: `<@${bot}> Hey you`, edited_timestamp: "2026-01-05T00:50:00.000000+00:00" },
    },
    deletion: { t: "MESSAGE_DELETE", d: { id: said["id"], channel_id: channel, guild_id: guild } },
    button: recorded("buttonClickHello"),
    command,
    reaction: recorded("gatewayReactionAdd"),
    fromSelf: recorded("gatewayThreadWelcome"),
    fromOtherBot: aMessage("1457536551830421530", { author: otherBot, content: `<@${bot}> hello` }),
  },
  parse: (payload, options) => {
    const dispatch = isFields(payload) ? payload : {};
    const allowed = options?.allowingBots ? { allowedBots: new Set([otherBot.id]) } : {};
    return parseDiscord(dispatch, aContext(dispatch, allowed));
  },
  split: splitForDiscord,
  shown: shownByDiscord,
  measure: (reply) => renderReply(reply).content.length,
  limit: contentLimit,
  forgeries: [
    "@everyone",
    "@here",
    "<@1457469483726660002>",
    "<@!1457469483726660002>",
    "<@&1457473602180878604>",
    "<#1457510428359004343>",
    "</ask:1457536583141160000>",
    "<t:1700000000:R>",
    "<:smile:1457536583141160000>",
    "<a:wave:1457536583141160000>",
    "<id:customize>",
    "&lt;@1457469483726660002&gt;",
    "\\<@1457469483726660002>",
    "||hidden||",
    "discord://-/channels/@me",
  ],
  stage: startDiscordStage,
});
