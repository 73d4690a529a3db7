import { startTeamsSimulator } from "../simulators/teams/start-teams-simulator.ts";
import type { Driver } from "./support/driver.ts";
import { now } from "./support/load.ts";
import { runPlatform } from "./support/run-platform.ts";
import { teamsEnvironment } from "../test/support/teams-environment.ts";

// The local Teams of a bench. People mention the bot in a team's channel; the place is the thread it opens, where
// answers come whole.

const conversation = "#Helpdesk";
const teams = await startTeamsSimulator({ record: "counts" });
const channelId = teams.state.findConversation(conversation, teams.state.findPerson("Ana")).id;

const driver: Driver<string> = {
  serve: (endpoint, timeScale) =>
    teams.configure({
      endpoint,
      timeScale,
      deliveryTimeoutMs: 15_000,
      resendDelaysMs: [0, 15_000 * timeScale],
    }),
  ask: async (text, place) => {
    const sentAt = now();
    const said = teams.userSays({
      user: "Ana",
      conversation,
      text,
      mentionsBot: true,
      ...(place !== undefined && { thread: place }),
    });
    return { place: place ?? said.id, sentAt, acks: said.delivered };
  },
  watch: (see) =>
    teams.onChange((change) => {
      if (change.kind !== "message" && change.kind !== "stream") return;
      const { id, text, isBot, conversation: at, streaming, deleted } = change.message;
      if (isBot && at === channelId) see({ id, text, isHalf: streaming, deleted });
    }),
};

runPlatform(driver, {
  env: teamsEnvironment(teams),
  route: "/teams/messages",
  files: {},
});
