import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageMessage } from "../../simulators/page-message.ts";
import type { SimulatedPlatform } from "../../simulators/simulated-workspace.ts";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type RoomHouse } from "./room-house.ts";

type Input = "!word" | "mention" | "button" | "reaction";
type Command = "claim" | "bot" | "resolve" | "snooze";

const platforms = ["slack", "discord", "teams"] as const satisfies readonly SimulatedPlatform[];
const inputs = ["!word", "mention", "button", "reaction"] as const satisfies readonly Input[];
const commands = ["claim", "bot", "resolve", "snooze"] as const satisfies readonly Command[];

/** From whose hands it is taken, what it becomes, and the emoji by each platform's name for it. */
const rules = {
  claim: {
    label: "Claim",
    from: "queue",
    to: ["human", "escalated"],
    audit: "claim",
    emoji: ["raising_hand", "🙋", "1f64b_personraisinghand"],
  },
  bot: {
    label: "Return to bot",
    from: "human",
    to: ["bot", "active"],
    audit: "return to bot",
    emoji: ["robot_face", "🤖", "1f916_robot"],
  },
  resolve: {
    label: "Resolve",
    from: "human",
    to: ["bot", "closed"],
    audit: "resolve",
    emoji: ["white_check_mark", "✅", "2705_whiteheavycheckmark"],
  },
  snooze: {
    label: "Snooze 2 h",
    from: "human",
    to: ["human", "snoozed"],
    audit: "snooze",
    emoji: ["zzz", "💤", "1f4a4_sleepingsymbol"],
  },
} as const;

let house: RoomHouse;
beforeAll(async () => {
  house = await openRoomHouse("slack");
}, 120_000);
afterAll(() => house?.stop());

/** It has arrived. */
function taken(id: string): Promise<boolean> {
  return until(
    async () =>
      (await house.talk.rows("SELECT 1 FROM messages WHERE right(external_id, length($1)) = $1", [id]))
        .length > 0,
    slowlyMs,
  );
}

/** A thread on a platform that waits for people, or that Mia has. */
async function openThread(platform: SimulatedPlatform, owner: "queue" | "human") {
  const page = house.simulated.workspaces[platform];
  if (page === undefined) throw new Error(`no simulated ${platform}`);
  const { people, channels, bot } = page.describe();
  const channel = channels[0]?.id ?? "";
  const idOf = (name: string) => people.find((person) => person.name.startsWith(name))?.id ?? "";
  const { ts: root } = page.says({ user: idOf("Ana"), channel, text: `@${bot.name} human` });
  const says = (name: string, text: string) =>
    page.says({ user: idOf(name), channel, threadTs: root, text: text.replace(/^@baton/, `@${bot.name}`) });
  const inThread = () =>
    page.messages(channel).messages.filter(({ threadTs, isBot }) => isBot && threadTs === root);
  const standing = async () => {
    const [row] = await house.talk.rows<{ id: string; owner_kind: string; status: string }>(
      "SELECT id, owner_kind, status FROM conversations WHERE channel = $1 AND (thread = $2 OR thread LIKE '%' || $2 || '%')",
      [platform, root],
    );
    return row;
  };
  const audited = async () => {
    const rows = await house.talk.rows<{ action: string }>(
      "SELECT action FROM audit WHERE conversation_id = $1 ORDER BY id",
      [(await standing())?.id],
    );
    return rows.map(({ action }) => action);
  };
  const card = () =>
    until(
      async () => inThread().find((message) => JSON.stringify(message).includes("baton.deck.")),
      slowlyMs,
    );
  await card();
  if (owner === "human") {
    says("Mia", "!claim");
    await until(async () => (await standing())?.owner_kind === "human", slowlyMs);
  }
  await house.talk.settled();

  async function give(name: string, command: Command, input: Input): Promise<void> {
    if (input === "!word") await taken(says(name, `!${command}`).ts);
    if (input === "mention") await taken(says(name, `@baton ${command}`).ts);
    const shown: PageMessage = await card();
    if (input === "reaction") {
      const emoji = rules[command].emoji[platforms.indexOf(platform as "slack")] ?? "";
      // Teams tells a bot of reactions to its own messages alone.
      const ts = platform === "teams" ? shown.ts : root;
      page?.reacts({ user: idOf(name), channel, ts, name: emoji, remove: false });
    }
    if (input !== "button") return;
    const found =
      new RegExp(`baton\\.deck\\.${command}(:[^"\\\\]+)?`).exec(JSON.stringify(shown))?.[0] ?? command;
    const actionId = platform === "teams" ? rules[command].label : found;
    await page?.clicks({ user: idOf(name), channel, ts: shown.ts, actionId });
  }
  return { give, says, standing, audited, card, inThread };
}

describe.each(platforms)("in a thread on %s", (platform) => {
  it.each(commands.flatMap((command) => inputs.map((input) => [command, input] as const)))(
    "%s by %s changes the same state, with one row in the audit, and for colleagues alone",
    async (command, input) => {
      const { from, to, audit } = rules[command];
      const thread = await openThread(platform, from);
      const before = await thread.audited();
      await thread.give("Ben", command, input);
      await house.talk.settled();
      expect(await thread.audited()).toEqual(before);
      await thread.give("Mia", command, input);
      await until(async () => (await thread.audited()).length > before.length, slowlyMs);
      await house.talk.settled();
      const standing = await thread.standing();
      expect([standing?.owner_kind, standing?.status]).toEqual(to);
      expect(await thread.audited()).toEqual([...before, audit]);
    },
    90_000,
  );

  it("the message that a teammate was asked shows who has it, in its place", async () => {
    const thread = await openThread(platform, "queue");
    expect(JSON.stringify(await thread.card())).toContain("waiting since");
    thread.says("Mia", "Hi Ana, I am here");
    await until(async () => JSON.stringify(await thread.card()).includes("has taken over"), slowlyMs);
    await house.talk.settled();
    expect(thread.inThread()).toHaveLength(1);
  }, 90_000);
});

describe("two colleagues who claim at once", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk();
    await addStaff(talk, "U0MIA000001", "Mia");
    await addStaff(talk, "U0BEN000001", "Ben");
  });
  afterAll(() => talk?.stop());

  it("are one who has it and one who reads so, each of 20 times", async () => {
    const roots = await Promise.all(Array.from({ length: 20 }, () => talk.say("@baton human")));
    await talk.settled(40_000);
    await Promise.all(
      roots.flatMap((root) =>
        ["Mia", "Ben"].map((user) => talk.say("!claim", { user, channel: root.channel, thread: root.ts })),
      ),
    );
    await talk.settled(40_000);
    for (const root of roots) {
      const rows = await talk.rows<{ action: string }>(
        "SELECT action FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 ORDER BY a.id",
        [root.ts],
      );
      expect(rows.map(({ action }) => action)).toEqual(["escalate", "claim"]);
      const told = talk
        .heard(root)
        .map(wordsOf)
        .filter((words) => words.includes("has it already, since"));
      expect(told).toHaveLength(1);
    }
  }, 120_000);
});
