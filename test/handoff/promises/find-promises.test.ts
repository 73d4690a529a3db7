import { describe, expect, it } from "vitest";
import { readWhen } from "../../../src/guard/understanding/when.ts";
import { findPromises, mayPromise } from "../../../src/handoff/promises/find-promises.ts";

// A Wednesday, ten in the morning in Berlin.
const now = new Date("2026-11-25T09:00:00Z");
const found = (text: string, at = now, timeZone = "Europe/Berlin") =>
  findPromises(text, { now: at, timeZone, readWhen }).map(({ dueAt }) => dueAt.toISOString());

describe("a promise of a colleague", () => {
  it.each([
    ["I'll check by Friday.", "2026-11-27T16:00:00.000Z"],
    ["We will send it tomorrow at 9:30", "2026-11-26T08:30:00.000Z"],
    ["You'll hear from me this evening", "2026-11-25T19:00:00.000Z"],
    ["Let me ask the depot, I’ll get back to you in 2 hours.", "2026-11-25T11:00:00.000Z"],
    ["Ich melde mich bis Freitag.", "2026-11-27T16:00:00.000Z"],
    ["Morgen um 14 Uhr rufen wir Sie an.", "2026-11-26T13:00:00.000Z"],
    ["Le respondo mañana.", "2026-11-26T16:00:00.000Z"],
    ["Lo revisaré el viernes", "2026-11-27T16:00:00.000Z"],
    ["Je vous réponds demain.", "2026-11-26T16:00:00.000Z"],
    ["Nous vérifions vendredi à 10h.", "2026-11-27T09:00:00.000Z"],
  ])("is found in %j, with its time where the company is", (text, due) => {
    expect(mayPromise(text)).toBe(true);
    expect(found(text)).toEqual([due]);
  });

  it.each([
    "Shall I call you on Friday?",
    "It was sent on Friday.",
    "I'll have a look.",
    "The shop is open until Friday.",
    "",
  ])("is none in %j", (text) => {
    expect(found(text)).toEqual([]);
  });

  it("is each sentence's own, and of a day that is half over lasts until its end", () => {
    expect(found("Thanks! I'll check by Friday. We will call you tomorrow.")).toHaveLength(2);
    const late = new Date("2026-11-25T18:00:00Z");
    expect(found("I'll send it today", late)).toEqual(["2026-11-25T22:59:00.000Z"]);
  });
});
