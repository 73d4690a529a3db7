import bolt from "@slack/bolt";
import { close, keepAnswer, keepQuestion, prepare, think } from "./answer.mjs";

// A bare Bolt app: one listener that answers a mention in its thread by Bolt's own stream.

const { App, HTTPReceiver, LogLevel } = bolt;

const receiver = new HTTPReceiver({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  logLevel: LogLevel.ERROR,
  customRoutes: [
    {
      path: "/ready",
      method: ["GET"],
      handler: (_request, response) => response.writeHead(200).end("ready"),
    },
  ],
});
const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  receiver,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
  logLevel: LogLevel.ERROR,
});

app.event("app_mention", async ({ event, sayStream }) => {
  const thread = `${event.channel}:${event.thread_ts ?? event.ts}`;
  const id = `${event.channel}:${event.ts}`;
  if (!(await keepQuestion(thread, id, event.text))) return;
  const stream = sayStream();
  let answer = "";
  for await (const text of think(thread)) {
    answer += text;
    await stream.append({ markdown_text: text });
  }
  await stream.stop();
  await keepAnswer(thread, id, answer);
});

await prepare();
await app.start({ port: Number(process.env.PORT), host: "127.0.0.1" });

process.once("SIGTERM", async () => {
  await app.stop();
  await close();
  process.exit(0);
});
