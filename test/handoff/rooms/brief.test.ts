import { describe, expect, it } from "vitest";
import { parseBrief, toBrief, type BriefMatter } from "../../../src/handoff/rooms/brief.ts";

const matter = (said: BriefMatter["said"], more: Partial<BriefMatter> = {}): BriefMatter => ({
  name: "Ana",
  channel: "web",
  language: "de",
  reason: "the person asked for a human",
  said,
  steps: [],
  history: ["2 conversations, 1 resolved by colleagues, last on 2026-11-20"],
  factsIn: (text) => [...text.matchAll(/[A-Z]-\d+/gu)].map(([code]) => code),
  ...more,
});
const user = (text: string) => ({ role: "user", text }) as const;

describe("a brief that needs no model", () => {
  it.each([
    "human",
    "I want to talk to a person",
    "kann ich einen Menschen sprechen?",
    "un humano por favor",
    "thanks!",
  ])("tells what they want, not that they said %j", (call) => {
    expect(toBrief(matter([user("where is my order A-77?"), user(call)])).ask).toBe(
      "where is my order A-77?",
    );
  });

  it("tells the call itself where nothing else was said", () => {
    expect(toBrief(matter([user("talk to a human")])).ask).toBe("talk to a human");
  });

  it("tells what they want where they say it along with the call", () => {
    const both = "My order A-77 has not arrived. Can I talk to a human, please?";
    expect(toBrief(matter([user("what time is it?"), user(both)])).ask).toBe(both);
  });

  it("tells what the bot answered as words, not as marks", () => {
    const text = "# Clock\nIt is **9:00** in `Tokyo`, see [the list](https://acme.test/list). 2 * 3 * 4";
    expect(toBrief(matter([user("time?"), { role: "assistant", text }])).tried).toEqual([
      "I answered: Clock It is 9:00 in Tokyo, see the list. 2 * 3 * 4",
    ]);
  });

  it("names each fact once, newest first, and what was tried with its end", () => {
    const brief = toBrief(
      matter(
        [user("order A-77"), { role: "assistant", text: "It is on\nits way." }, user("no: B-12, not A-77")],
        {
          steps: [
            { name: "find_order", ok: true },
            { name: "refund", ok: false },
            { name: "cancel", ok: null },
          ],
        },
      ),
    );
    expect(brief.facts).toEqual(["B-12", "A-77"]);
    expect(brief.tried).toEqual([
      "find_order: done",
      "refund: failed",
      "cancel: no outcome known",
      "I answered: It is on its way.",
    ]);
  });

  it("names what the bot's last words rest on, and how the person feels by the worst of their last words", () => {
    const moodOf = (text: string) => (text.includes("!!") ? 0.1 : 0.5);
    const said = [user("this is a scandal!!"), { role: "assistant", text: "30 days." }] as const;
    const brief = toBrief(matter(said, { sources: ["Returns", "Shipping"], moodOf }));
    expect(brief.tried).toEqual(["I answered: 30 days. (from Returns, Shipping)"]);
    expect(brief.mood).toBe("upset");
    const later = [...said, user("one"), user("two"), user("three")];
    expect(toBrief(matter(later, { moodOf })).mood).toBe("calm");
    expect(parseBrief(JSON.stringify(brief))).toEqual(brief);
    expect(toBrief(matter(said)).mood).toBeUndefined();
  });

  it("fits a card, and comes back as it was kept", () => {
    const brief = toBrief(matter([user("x".repeat(5_000))], { name: undefined, language: undefined }));
    expect(brief.ask.length).toBeLessThanOrEqual(240);
    expect(parseBrief(JSON.stringify(brief))).toEqual(brief);
  });
});
