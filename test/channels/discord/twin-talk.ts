import { setTimeout as sleep } from "node:timers/promises";
import { ChannelType } from "discord-api-types/v10";
import { DigitalDiscord } from "discord-digital-twin";
import { createDiscordChannel } from "../../../channels/discord/index.ts";
import { readDiscordSettings } from "../../../channels/discord/settings.ts";
import type { Envelope } from "../../../src/core/envelope.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createInbox, createInstallations, createMemoryLeases } from "./discord-harness.ts";

/** What came of the talk, for the test that started it. */
export interface TwinReport {
  readonly botUserId: string;
  readonly heard: readonly Envelope[];
  readonly thread: readonly string[];
  readonly room: readonly string[];
  readonly acknowledged: boolean;
}

/** A conversation on the twin with a channel of ours. Ends the process. */
async function talk(): Promise<TwinReport> {
  const twin = new DigitalDiscord({
    channels: [{ name: "support", type: ChannelType.GuildText }],
    users: [{ username: "ana" }],
    botToken: "dHdpbnR3aW50d2lu.twin00.token-of-the-twin-0001",
  });
  await twin.start();
  const inbox = createInbox();
  const said = (): Envelope[] => inbox.envelopes.filter(({ kind }) => kind !== "membership");
  const heard = async (count: number): Promise<Envelope> => {
    for (let at = 0; at < 400 && said().length < count; at++) await sleep(25);
    const envelope = said()[count - 1];
    if (envelope === undefined) throw new Error(`heard ${said().length} of ${count}`);
    return envelope;
  };
  const channel = createDiscordChannel({
    settings: readDiscordSettings({
      DISCORD_BOT_TOKEN: twin.botToken,
      DISCORD_API_URL: twin.restUrl,
      DISCORD_PACE: "off",
    }),
    installations: createInstallations(),
    leases: createMemoryLeases(),
    log: silentLog,
  });
  await channel.start(inbox.accept);
  await sleep(200);

  const [room] = await twin.prisma.channel.findMany();
  const ana = await twin.getFirstNonBotUserId();
  if (room === undefined || ana === null) throw new Error("the twin is empty");
  const inRoom = twin.channel(room.id);
  await inRoom.user(ana).sendMessage({ content: `<@${twin.botUserId}> where is my badge?` });
  const question = await heard(1);
  const target = {
    installation: question.installation,
    place: question.place,
    returnPath: question.returnPath,
  };
  // A thread that the twin opens on a message gets an id of its own; Discord gives it the message's. So it is opened
  // for it, as by somebody who was quicker.
  await twin.prisma.channel.create({
    data: {
      id: question.id,
      guildId: room.guildId,
      type: ChannelType.PublicThread,
      name: "badge",
      parentId: room.id,
      ownerId: ana,
      starterMessageId: question.id,
      archiveTimestamp: new Date(),
    },
  });
  let deliveries = 0;
  const attempt = () => ({
    deliveryId: `00000000-0000-4000-8000-00000000000${(deliveries += 1)}` as never,
    correlationId: "twin",
    signal: new AbortController().signal,
    checkpoint: () => {},
  });
  const ref = await channel.send(
    target,
    {
      body: "At **the desk**.",
      buttons: [{ action: "baton.human", label: "Talk to a human", value: "human" }],
    },
    attempt(),
  );
  const inThread = twin.thread(question.id);
  await inThread.user(ana).sendMessage({ content: "and when?" });
  await heard(2);
  const stream = await channel.stream(target, "From nine", attempt());
  await stream.show("From nine to five");
  await stream.finish({ body: "From nine to five." });
  await inThread.user(ana).clickButton({ messageId: ref.id, customId: "baton.human:human" });
  await heard(3);
  const options = [{ name: "question", type: 3, value: "And on Sunday?" }];
  const asked = await inRoom.user(ana).runSlashCommand({ name: "ask", options });
  await heard(4);
  const { acknowledged } = await inRoom.waitForInteractionAck({ interactionId: asked.id });
  const messages = async (scope: typeof inThread): Promise<string[]> =>
    (await scope.getMessages())
      .filter(({ author }) => author.id === twin.botUserId)
      .map(({ content }) => content);
  const report = {
    botUserId: twin.botUserId,
    heard: said(),
    thread: await messages(inThread),
    room: await messages(inRoom),
    acknowledged,
  };
  await channel.stop();
  await twin.stop();
  return report;
}

if (import.meta.main) {
  process.stdout.write(`\n${JSON.stringify(await talk())}\n`);
  process.exit(0);
}
