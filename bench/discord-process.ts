import { startDiscordSimulator } from "../simulators/discord/start-discord-simulator.ts";
import type { Driver } from "./support/driver.ts";
import { answerEnd, answersIn, now } from "./support/load.ts";
import { runPlatform } from "./support/run-platform.ts";

// The local Discord of a bench. A mention in #support opens a thread, which is the place of the next one. Events of the
// gateway know no acknowledgement; commands do.

const discord = await startDiscordSimulator({ record: "counts", rateLimits: false, embedResolveMs: false });
const room = discord.state.findChannel("#support", discord.state.findUser("Ana").id).id;

/** Where a question stands: the message its thread hangs on. */
interface Place {
  readonly root: string;
}

const driver: Driver<Place> = {
  serve: () => discord.connected(60_000),
  ask: async (text, place) => {
    const thread = place === undefined ? undefined : discord.threadOf(room, place.root)?.id;
    const sentAt = now();
    const said = discord.userSays({ user: "Ana", channel: thread ?? room, text: `@baton ${text}` });
    return { place: place ?? { root: said.messageId }, sentAt, acks: Promise.resolve([]) };
  },
  command: async (text) => {
    const sentAt = now();
    const { id, done } = discord.slash({
      user: "Ana",
      channel: room,
      name: "ask",
      options: { question: text },
    });
    const acks = done.then(({ acknowledged, ms }) => [{ acked: acknowledged, ms }]);
    return { place: { root: id }, sentAt, acks };
  },
  watch: (see) =>
    discord.onChange((change) => {
      if (change.kind !== "message") return;
      const { id, text, isBot, channelId, type, thinking, deleted } = change.message;
      // In the room itself stands only what shows a command's question.
      const isSaid = type === 0 || type === 19 || type === 20;
      if (!isBot || channelId === room || !isSaid) return;
      const isCut = answersIn(text).length > 0 && !text.includes(answerEnd);
      see({ id, text, isHalf: thinking || isCut, deleted });
    }),
};

runPlatform(driver, {
  env: { DISCORD_BOT_TOKEN: discord.app.botToken, DISCORD_API_URL: discord.apiUrl, DISCORD_PACE: "off" },
  route: "",
  files: {},
});
