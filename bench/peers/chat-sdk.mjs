import { createServer } from "node:http";
import { createSlackAdapter } from "@chat-adapter/slack";
import { createRedisState } from "@chat-adapter/state-redis";
import { Chat } from "chat";
import { close, keepAnswer, keepQuestion, prepare, think } from "./answer.mjs";

// Vercel's Chat SDK with its Redis state and its own streaming post, behind Node's HTTP server.

const bot = new Chat({
  userName: "baton",
  adapters: {
    slack: createSlackAdapter({
      botToken: process.env.SLACK_BOT_TOKEN,
      signingSecret: process.env.SLACK_SIGNING_SECRET,
      apiUrl: process.env.SLACK_API_URL,
    }),
  },
  state: createRedisState({ url: process.env.REDIS_URL }),
  // The default drops a message that comes while another of its thread is being answered.
  concurrency: "queue",
  logger: "error",
});

bot.onNewMention(async (thread, message) => {
  await thread.subscribe();
  await answer(thread, message);
});
bot.onSubscribedMessage(answer);

async function answer(thread, message) {
  const id = `${thread.id}:${message.id}`;
  if (!(await keepQuestion(thread.id, id, message.text))) return;
  const sent = await thread.post(think(thread.id, thread.signal));
  await keepAnswer(thread.id, id, sent.text);
}

const working = new Set();
const waitUntil = (task) => {
  working.add(task);
  void Promise.allSettled([task]).then(() => working.delete(task));
};

const server = createServer(async (request, response) => {
  if (request.url === "/ready") return response.writeHead(200).end("ready");
  const parts = [];
  for await (const part of request) parts.push(part);
  const answered = await bot.webhooks.slack(
    new Request(`http://127.0.0.1${request.url}`, {
      method: request.method,
      headers: request.headers,
      body: Buffer.concat(parts),
    }),
    { waitUntil },
  );
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(await answered.text());
});

await prepare();
await bot.initialize();
server.listen(Number(process.env.PORT), "127.0.0.1");

process.once("SIGTERM", async () => {
  server.close();
  await Promise.allSettled(working);
  await close();
  process.exit(0);
});
