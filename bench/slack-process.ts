import { startSlackSimulator } from "../simulators/slack/start-slack-simulator.ts";
import type { Driver } from "./support/driver.ts";
import { now } from "./support/load.ts";
import { runPlatform } from "./support/run-platform.ts";

// The local Slack of a bench. A mention arrives as Slack's two events; the place is the thread it opens.

const slack = await startSlackSimulator({ record: "counts", ownMessages: false, ackTimeoutMs: 3_000 });

const driver: Driver<string> = {
  serve: (requestUrl, timeScale) =>
    slack.configure({
      requestUrl,
      timeScale,
      retryDelaysMs: [0, 60_000 * timeScale, 300_000 * timeScale],
    }),
  ask: async (text, place) => {
    const sentAt = now();
    const said = slack.userSays({
      user: "Ana",
      channel: "#support",
      text,
      mention: true,
      ...(place !== undefined && { threadTs: place }),
    });
    return { place: place ?? said.ts, sentAt, acks: said.delivered };
  },
  watch: (see) =>
    slack.onChange((change) => {
      if (change.kind !== "message" && change.kind !== "stream") return;
      const { ts, text, isBot, threadTs, streaming, deleted } = change.message;
      if (isBot && threadTs !== undefined) see({ id: ts, text, isHalf: streaming, deleted });
    }),
};

runPlatform(driver, {
  env: {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.installation.botToken,
    SLACK_SIGNING_SECRET: slack.app.signingSecret,
    SLACK_PACE: "off",
  },
  route: "/slack/events",
  files: {},
});
