import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addStaff, numberedWords, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";
import { isWholeBattery, tellLeftOut } from "./battery.ts";
import { readSlack } from "./platforms/slack.ts";
import { createChance, type Chance } from "./random.ts";

/** Threads in which two colleagues claim at once, and how often they do in each of them. */
const races = isWholeBattery ? { threads: 25, rounds: 40 } : { threads: 10, rounds: 5 };
/** Times two people take, release and take while the bot writes. */
const relays = isWholeBattery ? 100 : 4;
const slowlyMs = 90_000;

let talk: Talk;
beforeAll(async () => {
  if (!isWholeBattery)
    tellLeftOut(["two claims at once, a thousand times", "taken, released and taken, 100 times"]);
  talk = await openTalk({ slack: { historyLimit: 200_000 } });
  talk.slack.configure({
    interactivityUrl: new URL("/slack/interactions", talk.house.service.url()).href,
  });
  await addStaff(talk, colleagues.Mia, "Mia Braun");
  await addStaff(talk, colleagues.Ben, "Ben Osei");
}, 120_000);
afterAll(() => talk?.stop());
beforeEach(() => talk.model.setPace({ tokensPerSecond: 0 }));

const colleagues = { Mia: "U0MIA000001", Ben: "U0BEN000001" } as const;
type Colleague = keyof typeof colleagues;
type Root = { readonly ts: string; readonly channel: string };
type Input = "text" | "mention" | "button";

const inputs = [
  ["text", "button"],
  ["button", "text"],
  ["mention", "button"],
  ["button", "button"],
  ["text", "text"],
] as const satisfies readonly (readonly [Input, Input])[];

interface Standing {
  readonly id: string;
  readonly owner_kind: string;
  readonly holder: string | null;
}

async function standing(root: Root): Promise<Standing> {
  const [row] = await talk.rows<Standing>(
    `SELECT c.id, c.owner_kind, s.name AS holder FROM conversations c LEFT JOIN staff s ON s.id = c.owner_staff
     WHERE c.thread = $1`,
    [root.ts],
  );
  if (row === undefined) throw new Error("no such conversation");
  return row;
}

async function audited(root: Root): Promise<readonly { action: string; committed: number }[]> {
  return talk.rows(
    `SELECT a.action, (extract(epoch FROM pg_xact_commit_timestamp(a.xmin)) * 1000)::float8 AS committed
     FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 ORDER BY a.id`,
    [root.ts],
  );
}

const cardIn = (root: Root) =>
  talk.heard(root).find((message) => JSON.stringify(message.blocks ?? []).includes("baton.deck.claim"));
const refusals = (root: Root) =>
  talk
    .heard(root)
    .map(wordsOf)
    .filter((words) => words.includes("has it already, since"));

async function claim(root: Root, user: Colleague, input: Input): Promise<void> {
  const { channel } = root;
  if (input !== "button") {
    await talk.say(input === "text" ? "!claim" : "@baton claim", { user, channel, thread: root.ts });
    return;
  }
  const card = cardIn(root);
  const actionId = /"(baton\.deck\.claim[^"]*)"/.exec(JSON.stringify(card?.blocks))?.[1] ?? "";
  await talk.slack.clicks({ user, channel, messageTs: card?.ts ?? "", actionId }).done;
}

/** One race in one thread: who has it in the end, and what both were told. */
async function race(root: Root, chance: Chance): Promise<readonly string[]> {
  const [ofMia, ofBen] = chance.pick(inputs);
  const before = { claims: countClaims(await audited(root)), refusals: refusals(root).length };
  const both = [() => claim(root, "Mia", ofMia), () => claim(root, "Ben", ofBen)];
  await Promise.all((chance.isOne(0.5) ? both : both.toReversed()).map((one) => one()));
  await until(async () => (await standing(root)).owner_kind === "human", slowlyMs);
  await until(async () => refusals(root).length > before.refusals, slowlyMs);
  const { holder } = await standing(root);
  const claims = countClaims(await audited(root)) - before.claims;
  const told = refusals(root).slice(before.refusals);
  const names = told.map((words) => /(\w+) \w+ has it already, since \d\d:\d\d/.exec(words)?.[1] ?? words);
  return [
    `${claims} claimed`,
    `${told.length} told`,
    names.join() === holder?.split(" ")[0] ? "rightly" : "wrongly",
  ];
}

const countClaims = (rows: readonly { action: string }[]): number =>
  rows.filter(({ action }) => action === "claim").length;

describe("two colleagues who claim at once (H2)", () => {
  it(
    "are one who has it, and one who is told who has it and since when, by whatever they claim with",
    { timeout: 900_000 },
    async () => {
      const startedAt = Date.now();
      const roots = await Promise.all(Array.from({ length: races.threads }, () => talk.say("@baton human")));
      await talk.settled(slowlyMs);
      const outcomes: string[] = [];
      for (let round = 0; round < races.rounds; round += 1) {
        const ended = await Promise.all(
          roots.map((root, index) => race(root, createChance(round * 1_000 + index))),
        );
        outcomes.push(...ended.map((one) => one.join(", ")));
        await Promise.all(
          roots.map((root) =>
            talk.say("!transfer general_support", { user: "Mia", channel: root.channel, thread: root.ts }),
          ),
        );
        await talk.settled(slowlyMs);
        await until(async () => roots.every((root) => cardIn(root) !== undefined), slowlyMs);
      }
      process.stderr.write(`${outcomes.length} races in ${Math.round((Date.now() - startedAt) / 1_000)} s\n`);
      expect([...new Set(outcomes)]).toEqual(["1 claimed, 1 told, rightly"]);
      expect(outcomes).toHaveLength(races.threads * races.rounds);
    },
  );
});

describe("two people who take, release and take again at once while the bot writes (H2)", () => {
  it(
    "end with the last of them, one half message and nothing of the bot after it",
    { timeout: 900_000 },
    async () => {
      talk.model.setPace({ tokensPerSecond: 40 });
      for (let at = 0; at < relays; at += 4) {
        const group = Array.from({ length: Math.min(4, relays - at) }, (_, index) => `relay${at + index}`);
        await Promise.all(group.map(relay));
      }
    },
  );

  async function relay(id: string): Promise<void> {
    talk.model.addFixtures([
      { match: { user: `[[${id}]]` }, answer: { text: numberedWords(200) }, times: 5 },
    ]);
    const root = await talk.say(`@baton tell me everything [[${id}]]`);
    await talk.slack.waitFor(() => talk.heard(root)[0]?.text.includes("word3"), slowlyMs);
    const inThread = { channel: root.channel, thread: root.ts };
    await talk.say("!claim", { user: "Mia", ...inThread });
    await talk.say("!bot", { user: "Mia", ...inThread });
    await talk.say("!claim", { user: "Ben", ...inThread });
    await until(async () => {
      const { owner_kind: kind, holder } = await standing(root);
      return kind === "human" && holder?.startsWith("Ben");
    }, slowlyMs);
    await until(async () => talk.heard(root).every(({ streaming }) => !streaming), slowlyMs);
    const rows = await audited(root);
    expect(rows.map(({ action }) => action)).toEqual(["claim", "return to bot", "claim"]);
    const halves = talk.heard(root).filter((message) => wordsOf(message).includes("word3"));
    expect(halves).toHaveLength(1);
    expect(halves.map(wordsOf).join()).toContain("A teammate has taken over");
    const [first] = rows;
    const late = readSlack(talk.slack).writes.filter(
      ({ at, ms, text }) =>
        at === `${root.channel} ${halves[0]?.ts}` &&
        ms > (first?.committed ?? 0) + 5 &&
        /word\d/.test(text) &&
        !text.includes("taken over"),
    );
    expect(late.length).toBeLessThanOrEqual(1);
  }
});
