import { expect } from "vitest";
import type { TextCommandName } from "../../../src/core/text-command.ts";
import { slowlyMs } from "../../service/room-house.ts";
import { until, type Talk } from "../../support/talk.ts";
import { openBooks } from "./deck-books.ts";
import { deckCases, type DeckCase, type DeckState } from "./deck-commands.ts";
import type { DeckPlace } from "./deck-place.ts";

/** The ways to give a command. */
const deckInputs = ["!", "@baton", "button", "reaction"] as const;
type DeckInput = (typeof deckInputs)[number];

/** One command given in one way. */
interface DeckStep {
  readonly input: DeckInput;
  readonly rule: DeckCase;
}

/** What came of it. */
interface DeckOutcome {
  readonly before: DeckState;
  readonly after: DeckState;
  readonly audited: readonly string[];
}

/** What came of all of them in one place. */
export interface DeckWalk {
  readonly outcomes: ReadonlyMap<string, DeckOutcome>;
  /** What happened when somebody who is not of the staff gave them all. */
  readonly strangers: {
    readonly asked: number;
    readonly refused: number;
    readonly changed: readonly string[];
  };
  /** The cards of the conversation in the end, when Kim has it. */
  readonly cards: readonly string[];
  /** What Mia read who wanted what Kim has. */
  readonly late: { readonly told: readonly string[]; readonly audited: readonly string[] };
  /** The audit when the last command was carried out, and once everything was delivered as often as it is. */
  readonly audited: { readonly atOnce: readonly string[]; readonly inTheEnd: readonly string[] };
}

/** Every command by every input that it has, and that the place has. */
export function stepsIn(place: Pick<DeckPlace, "isRoom" | "platform">): readonly DeckStep[] {
  return deckInputs.flatMap((input) => {
    const seen = new Set<TextCommandName>();
    return deckCases.flatMap((rule): readonly DeckStep[] => {
      if (rule.inRoomOnly === true && !place.isRoom) return [];
      const isFirst = !seen.has(rule.name);
      seen.add(rule.name);
      const isShown = rule.button !== undefined && (place.isRoom || rule.isRoomButton !== true);
      if (input === "button") return isFirst && isShown ? [{ input, rule }] : [];
      if (input === "reaction") return isFirst && rule.reaction !== undefined ? [{ input, rule }] : [];
      return [{ input, rule }];
    });
  });
}

/** The name of a step, for its outcome and its test. */
export function nameOfStep({ input, rule }: DeckStep): string {
  if (input === "!") return `!${rule.words}`;
  return input === "@baton" ? `@baton ${rule.words}` : `the ${input} for ${rule.name}`;
}

/** Gives all of them in one conversation, each from the state it begins from. */
export async function walkDeck(talk: Pick<Talk, "rows" | "lines">, place: DeckPlace): Promise<DeckWalk> {
  const books = openBooks(talk, place.conversation);
  let looked = 0;
  let done = 0;
  let steps = 0;
  const ticket = await books.otherTicket();
  const strangers = await tryAsStranger();
  const outcomes = new Map<string, DeckOutcome>();
  for (const step of stepsIn(place)) {
    const outcome = await give(step).catch((cause: unknown) => {
      throw new Error(`${place.name}: nothing came of ${nameOfStep(step)}`, { cause });
    });
    outcomes.set(nameOfStep(step), outcome);
  }
  const late = await claimTooLate();
  const atOnce = await books.audited();
  await until(async () => (await openSteps(talk)) === 0, slowlyMs);
  await until(async () => place.cards().some((card) => card.includes("Kim Lee")), slowlyMs);
  return {
    outcomes,
    strangers,
    cards: place.cards(),
    late,
    audited: { atOnce, inTheEnd: await books.audited() },
  };

  async function give({ input, rule }: DeckStep): Promise<DeckOutcome> {
    await books.stand(rule.from);
    const message = await prepare(rule);
    const known = await books.audited();
    const count = countCarriedOut();
    const before = await books.state();
    const toldBefore = countTold(rule.told);
    steps += 1;
    const reply = rule.first === "a sent reply" ? await books.newestReply() : "";
    const fill = (text: string) =>
      text.replace("{ticket}", ticket).replace("{reply}", reply).replace("{step}", `${steps}.`);
    const said = rule.said && fill(rule.said);
    const saidBefore = await countSaid(said);
    const words = fill(rule.words);
    const form = rule.form && fill(rule.form);
    if (input === "!") place.says("Mia", `!${words}`);
    if (input === "@baton")
      place.mentions("Mia", rule.isFree === true ? words.replace(/^\w+/u, (name) => `${name}:`) : words);
    if (input === "button") await place.presses("Mia", rule.name, rule.button ?? "", form);
    if (input === "reaction") place.reacts("Mia", rule.reaction?.[place.platform] ?? "", message);
    await carriedOut(count);
    if (input === "reaction" && rule.isAskedFor === true) {
      expect(await books.audited()).toEqual(known);
      await place.fillsIn("Mia", rule.name, form ?? "");
    }
    await until(async () => (await books.audited()).length > known.length, slowlyMs);
    if (rule.first !== "a held reply") await books.release();
    if (rule.told !== undefined) await until(async () => countTold(rule.told) > toldBefore, slowlyMs);
    if (said !== undefined) await until(async () => (await countSaid(said)) > saidBefore, slowlyMs);
    return { before, after: await books.state(), audited: (await books.audited()).slice(known.length) };
  }

  /** The log says so before the audit can be read: asking it costs the database nothing. */
  function carriedOut(before: number): Promise<unknown> {
    return until(async () => countCarriedOut() > before, slowlyMs);
  }

  function countCarriedOut(): number {
    for (; looked < talk.lines.length; looked += 1) {
      const line = talk.lines[looked] ?? "";
      if (line.includes('"deck command carried out"') && line.includes(place.conversation)) done += 1;
    }
    return done;
  }

  function countTold(words: string | undefined): number {
    return words === undefined ? 0 : place.told().filter((one) => one.includes(words)).length;
  }

  async function countSaid(words: string | undefined): Promise<number> {
    return words === undefined ? 0 : (await place.heard()).filter((one) => one.includes(words)).length;
  }

  /** What a command needs to be about; the message a reaction goes to, where there is one. */
  async function prepare({ first, name }: DeckCase): Promise<string | undefined> {
    if (name === "fix") return place.answer;
    if (first === undefined) return undefined;
    if (first === "a note") {
      const note = place.says("Mia", "the crate is in Ulm");
      await until(() => books.isDealtWith(note), slowlyMs);
      return note;
    }
    const last = await books.newestReply();
    place.says("Mia", "!r the crate is in Bern");
    await until(async () => (await books.newestReply()) !== last, slowlyMs);
    if (first === "a held reply") return undefined;
    await books.release();
    await until(books.isReplySent, slowlyMs);
    return undefined;
  }

  async function tryAsStranger(): Promise<DeckWalk["strangers"]> {
    await books.stand("queue");
    const known = await books.audited();
    const before = await books.state();
    const all = stepsIn(place).filter(({ rule }) => rule.name !== "help");
    const spoken = all.flatMap(({ input, rule }) => {
      if (input === "!") return [place.says("Ben", `!${rule.words}`)];
      return input === "@baton" ? [place.mentions("Ben", rule.words)] : [];
    });
    for (const { rule } of all.filter(({ input }) => input === "reaction"))
      place.reacts(
        "Ben",
        rule.reaction?.[place.platform] ?? "",
        rule.name === "fix" ? place.answer : undefined,
      );
    await place.presses("Ben", "claim", "Claim");
    for (const id of spoken) await until(() => books.isDealtWith(id), slowlyMs);
    const refusal = "only staff can do that";
    const asked = all.filter(({ input }) => input === "!").length;
    await until(async () => countTold(refusal) >= asked + 3, slowlyMs);
    const after = await books.state();
    const changed = [
      ...(await books.audited()).slice(known.length),
      ...(JSON.stringify(after) === JSON.stringify(before) ? [] : [JSON.stringify(after)]),
    ];
    return { asked, refused: countTold(refusal), changed };
  }

  async function claimTooLate(): Promise<DeckWalk["late"]> {
    await books.stand("queue");
    await until(async () => place.cards().some((card) => card.includes("baton.deck.claim")), slowlyMs);
    await books.isCardFresh();
    await books.stand("theirs", { keepCard: true });
    const known = await books.audited();
    await place.presses("Mia", "claim", "Claim");
    await until(async () => countTold("has it already") > 0, slowlyMs);
    place.says("Mia", "!claim");
    await until(async () => countTold("has it already") > 1, slowlyMs);
    await books.stand("theirs");
    return {
      told: place.told().filter((one) => one.includes("has it already")),
      audited: (await books.audited()).slice(known.length),
    };
  }
}

async function openSteps({ rows }: Pick<Talk, "rows">): Promise<number> {
  const [row] = await rows<{ open: number }>(
    "SELECT count(*)::int AS open FROM messages WHERE state = 'open'",
  );
  return row?.open ?? 0;
}
