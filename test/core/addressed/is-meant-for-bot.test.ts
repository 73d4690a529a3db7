import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isForBot,
  playThread,
  threads,
  type LabelledThread,
} from "../../../bench/eval/addressed/read-threads.ts";
import { isMeantForBot } from "../../../src/core/addressed/is-meant-for-bot.ts";

const all = [...threads.seen, ...threads.heldOut, ...threads.fresh];

function tell(set: readonly LabelledThread[]): string {
  return set
    .map(({ words }) => words.map(({ name = "", text }) => `${name}: ${text}`).join(" / "))
    .join("\n");
}

describe("what people say in a thread (labelled, four languages)", () => {
  it("is weighed on at least 120 threads", () => {
    expect(all.length).toBeGreaterThanOrEqual(120);
    expect(new Set(all.map(({ language }) => language))).toEqual(new Set(["en", "de", "es", "fr"]));
  });

  it("is never answered where they talk to each other", () => {
    const interrupted = all.filter((thread) => !isForBot(thread) && playThread(thread));
    expect(interrupted, tell(interrupted)).toEqual([]);
  });

  it("is answered in 95 of 100 follow-ups that name nobody, and whenever it names the bot", () => {
    const missed = all.filter((thread) => isForBot(thread) && !playThread(thread));
    expect(missed.filter(({ kind }) => kind === "mention")).toEqual([]);
    const followUps = all.filter(({ kind }) => kind === "follow-up");
    expect(missed.length / followUps.length, tell(missed)).toBeLessThanOrEqual(0.05);
  });

  it("is left alone where they talk to each other in sets written when the rules stood, and mostly answered where not", () => {
    const later = [...threads.unseen, ...threads.later, ...threads.lookedAt, ...threads.kept];
    const interrupted = later.filter((thread) => !isForBot(thread) && playThread(thread));
    expect(interrupted, tell(interrupted)).toEqual([]);
    const followUps = threads.later.filter(isForBot);
    expect(followUps.filter(playThread).length / followUps.length).toBeGreaterThanOrEqual(0.75);
  });

  it("is for the bot where somebody asks what holds for all, also beside a colleague's remark, and not what one knows of oneself", () => {
    const answered = [
      { by: "U1", name: "Ana", text: "@baton how do I get a badge?", forBot: true },
      { by: undefined, text: "At the front desk, on any day." },
    ];
    const remark = { by: "U2", name: "Ben", text: "they made me wait for an hour last time", forBot: false };
    const asked = { by: "U2", name: "Ben", text: "why do you need one again?", forBot: false };
    for (const text of [
      "does it cost anything?",
      "und wie lange dauert das?",
      "¿se puede recoger el sábado?",
      "il faut une photo ?",
    ]) {
      expect(isMeantForBot({ by: "U1", name: "Ana", text }, [...answered, remark]), text).toBe(true);
      expect(isMeantForBot({ by: "U3", name: "Eve", text }, answered), text).toBe(true);
      expect(isMeantForBot({ by: "U1", name: "Ana", text }, [...answered, asked]), text).toBe(false);
    }
    for (const text of ["did it cost you anything?", "how long did you wait?", "et si on y allait ?"])
      expect(isMeantForBot({ by: "U3", name: "Eve", text }, [...answered, remark]), text).toBe(false);
  });

  it("is for the bot behind !ask, whoever has spoken", () => {
    const before = [
      { by: "U1", name: "Ana", text: "@baton how long does it take?", forBot: true },
      { by: undefined, text: "Five days." },
      { by: "U2", name: "Ben", text: "did you try on monday?", forBot: false },
    ];
    for (const by of ["U1", "U2", "U3"]) {
      expect(isMeantForBot({ by, text: "!ask you there on Sundays?" }, before)).toBe(true);
      expect(isMeantForBot({ by, text: "you there on Sundays?" }, before)).toBe(false);
    }
  });

  it("is for the bot whatever it is, where nobody else has spoken or is called", () => {
    const before = [
      { by: "U1", name: "Ana", text: "@baton hello", forBot: true },
      { by: undefined, text: "Hello!" },
    ];
    for (const text of [
      "This bot is useless",
      "Rechnungen kannst du auch?",
      "ok",
      "42",
      "Entschuldigung, kannst du das noch mal?",
      "Anna can't come, can you change it to two people?",
      "Peter, Anna und Maria",
      "Wir sind zwei, Anna und ich",
    ])
      expect(isMeantForBot({ by: "U1", name: "Ana", text }, before), text).toBe(true);
    expect(isMeantForBot({ by: "U1", name: "Ana", text: "Michael, can you book it?" }, before)).toBe(false);
  });

  it("never throws, whatever stands in it, and takes no longer than its length allows", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (text, other) => {
        const before = [
          { by: "U1", text: other, forBot: true },
          { by: undefined, text: other },
          { by: "U2", name: other, text },
        ];
        expect(typeof isMeantForBot({ by: "U1", text }, before)).toBe("boolean");
      }),
    );
    const long = "Ana, und ".repeat(2_000);
    const before = process.cpuUsage();
    isMeantForBot({ by: "U1", text: long }, [{ by: "U2", name: "Ben", text: long }]);
    const { user } = process.cpuUsage(before);
    expect(user / 1_000).toBeLessThan(2_000);
  });
});
