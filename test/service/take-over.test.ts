import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageMessage } from "../../simulators/page-message.ts";
import type { PageWorkspace } from "../../simulators/page-workspace.ts";
import {
  startSimulatedWorkspace,
  type SimulatedPlatform,
  type SimulatedWorkspace,
} from "../../simulators/simulated-workspace.ts";
import { holdModel, numberedWords, openTalk, until, type Talk } from "../support/talk.ts";

/** Longer than a simulated platform waits before it sends again, milliseconds. */
const slowlyMs = 45_000;

let simulated: SimulatedWorkspace;
let talk: Talk;
beforeAll(async () => {
  simulated = await startSimulatedWorkspace({ hasModel: true });
  const pace = { SLACK_PACE: "off", DISCORD_PACE: "off", TEAMS_PACE: "off" };
  talk = await openTalk({
    env: { ...simulated.env, ...pace },
    files: { "config/tenants/acme.yaml": acme() },
  });
  await simulated.connect(talk.house.service.url());
}, 120_000);
afterAll(async () => {
  await talk?.stop();
  await simulated?.stop();
});

/** A company whose colleagues have their accounts on each platform. */
function acme(): string {
  const staff = simulated.staff.map(({ name, accounts }) => ({ name, roles: ["staff"], accounts }));
  return `name: Acme\ndefault: true\nstaff: ${JSON.stringify(staff)}\n`;
}

/** A thread on a platform, seen and written in through what its pane in the playground uses. */
interface Room {
  /** Says something there and resolves with its id. */
  says(name: string, text: string): string;
  /** The bot's messages there, finished or not. */
  bot(): PageMessage[];
  everything(): string;
  owner(): Promise<string | undefined>;
  audited(): Promise<string[]>;
}

function openRoom(platform: SimulatedPlatform, text: string): Room {
  const page = pageOf(platform);
  const { people, channels, bot } = page.describe();
  const channel = channels[0]?.id ?? "";
  const personNamed = (name: string) => people.find((person) => person.name.startsWith(name))?.id ?? "";
  const { ts: root } = page.says({ user: personNamed("Ana"), channel, text: `@${bot.name} ${text}` });
  const inThread = () => page.messages(channel).messages.filter(({ threadTs }) => threadTs === root);
  const ours = "c.channel = $1 AND (c.thread = $2 OR c.thread LIKE '%' || $2 || '%')";
  return {
    says: (name, words) => {
      const said = words.replace(/^@baton/, `@${bot.name}`);
      return page.says({ user: personNamed(name), channel, text: said, threadTs: root }).ts;
    },
    bot: () => inThread().filter(({ isBot, deleted }) => isBot && !deleted),
    everything: () => JSON.stringify(inThread()),
    owner: async () => {
      const [row] = await talk.rows<{ owner_kind: string }>(
        `SELECT owner_kind FROM conversations c WHERE ${ours}`,
        [platform, root],
      );
      return row?.owner_kind;
    },
    audited: async () => {
      const rows = await talk.rows<{ action: string; data: { from: string; to: string } }>(
        `SELECT a.action, a.data FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE ${ours} ORDER BY a.id`,
        [platform, root],
      );
      return rows.map(({ action, data }) => `${action}: ${data.from} → ${data.to}`);
    },
  };
}

function pageOf(platform: SimulatedPlatform): PageWorkspace {
  const page = simulated.workspaces[platform];
  if (page === undefined) throw new Error(`no simulated ${platform}`);
  return page;
}

/** Waits until the bot's finished words there are as wished. */
function untilSaid(room: Room, wished: (words: string[]) => boolean): Promise<boolean> {
  return until(async () => {
    const said = room.bot();
    return !said.some(({ streaming }) => streaming) && wished(said.map(wordsIn));
  }, slowlyMs);
}

const wordsIn = (message: PageMessage) => JSON.stringify(message);
const has = (part: string) => (words: string[]) => words.some((said) => said.includes(part));

/** Asks the model for words that come one by one, and waits until some of them stand there. */
async function askSlowly(platform: SimulatedPlatform, id: string): Promise<Room> {
  talk.model.setPace({ tokensPerSecond: 40 });
  talk.model.addFixtures([{ match: { user: `[[${id}]]` }, answer: { text: numberedWords(400) }, times: 1 }]);
  const room = openRoom(platform, `tell me everything [[${id}]]`);
  await until(async () => has("word3")(room.bot().map(wordsIn)), slowlyMs);
  return room;
}

describe.each<SimulatedPlatform>(["slack", "discord", "teams"])(
  "in a thread on %s, a colleague",
  (platform) => {
    it("takes over by writing in it, the bot falls silent, and has it again when told so", async () => {
      const room = openRoom(platform, `hello [[id:hi-${platform}]]`);
      await untilSaid(room, has(`answer:hi-${platform}`));
      await talk.settled();

      room.says("Mia", "Hi Ana, the code is 4711");
      await until(async () => (await room.owner()) === "human", slowlyMs);
      const before = room.bot().length;
      await heard(room.says("Ana", `thank you, and more [[id:more-${platform}]]`));
      expect(room.bot()).toHaveLength(before);

      room.says("Mia", "@baton bot");
      await untilSaid(room, has("I'm back"));
      room.says("Ana", `@baton what was the code? [[id:code-${platform}]]`);
      await untilSaid(room, has(`answer:code-${platform}`));
      const asked = talk.model.history().findLast(({ text }) => text.includes(`[[id:code-${platform}]]`));
      expect(JSON.stringify(asked?.body)).toContain("the code is 4711");
      await talk.settled();
      expect(room.bot().map(wordsIn).join()).not.toContain(`answer:more-${platform}`);
      expect(await room.audited()).toEqual(["staff reply: bot → human", "return to bot: human → bot"]);
    }, 120_000);

    it("is alone in that: others who write there take nothing over, nor may they hand it back", async () => {
      const room = openRoom(platform, `hello [[id:alone-${platform}]]`);
      await untilSaid(room, has(`answer:alone-${platform}`));
      room.says("Ben", "@baton bot");
      await untilSaid(room, has("only staff can do that"));
      await talk.settled();
      expect([await room.owner(), await room.audited()]).toEqual(["bot", []]);
    }, 120_000);

    it("who comes while the bot is thinking leaves not one word of it", async () => {
      const held = holdModel(talk, `[[id:unseen-${platform}]]`);
      const room = openRoom(platform, `think [[id:unseen-${platform}]]`);
      await held.asked;
      room.says("Mia", "Hi Ana, me instead");
      await until(async () => (await room.owner()) === "human", slowlyMs);
      held.release();
      await talk.settled();
      expect(room.bot()).toEqual([]);
    }, 120_000);
  },
);

describe.each<SimulatedPlatform>(["slack", "discord"])("in a thread on %s, a colleague", (platform) => {
  it("who comes while the answer is being written ends it with a line that says so", async () => {
    const room = await askSlowly(platform, `slow-${platform}`);
    room.says("Mia", "I'll take this, Ana");
    await untilSaid(room, has("A teammate has taken over"));
    talk.model.setPace({ tokensPerSecond: 0 });
    await talk.settled();
    expect(room.bot()).toHaveLength(1);
    expect(room.everything()).not.toContain("word399");
    expect(await room.audited()).toEqual(["staff reply: bot → human"]);
  }, 120_000);

  it("who claims while the bot answers somebody who waits ends it in the same way", async () => {
    const room = openRoom(platform, "human");
    await until(async () => (await room.owner()) === "queue", slowlyMs);
    const mark = `[[meanwhile-${platform}]]`;
    talk.model.setPace({ tokensPerSecond: 40 });
    talk.model.addFixtures([{ match: { user: mark }, answer: { text: numberedWords(400) }, times: 1 }]);
    room.says("Ana", `@baton tell me everything ${mark}`);
    await until(async () => has("word3")(room.bot().map(wordsIn)), slowlyMs);
    room.says("Mia", "!claim");
    await untilSaid(room, has("A teammate has taken over"));
    talk.model.setPace({ tokensPerSecond: 0 });
    await talk.settled();
    expect(room.everything()).not.toContain("word399");
    expect(await room.audited()).toEqual(["escalate: bot → queue", "claim: queue → human"]);
  }, 120_000);
});

/** That was taken in, and whatever there was to do about it is done. */
async function heard(id: string): Promise<void> {
  await until(
    async () =>
      (await talk.rows("SELECT 1 FROM messages WHERE right(external_id, length($1)) = $1", [id])).length > 0,
  );
  await talk.settled();
}
