import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { showArguments, toApprovalCards } from "../../src/handoff/approval-card.ts";

const id = "00000000-0000-8000-8000-000000000001";
const nonce = "n".repeat(22);
const cardOf = (value: unknown) => ({
  tool: "refund_order",
  arguments: JSON.stringify(value),
  requesterName: "Ana",
  minutes: 30,
});

/** What stands between the fences of all messages, put together again. */
function shownIn(bodies: readonly string[]): string {
  return bodies.map((body) => /^(`{3,})json\n([^]*?)\n\1$/m.exec(body)?.[2] ?? "").join("");
}

describe("the card that asks for approval", () => {
  test("shows every argument whole, over as many messages as it takes, with the buttons under the last one", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const cards = toApprovalCards(cardOf(value), id, nonce);
        const shown = shownIn(cards.map(({ body }) => body));
        expect(shown.replaceAll("\n", "")).toBe(showArguments(JSON.stringify(value)).replaceAll("\n", ""));
        expect(cards.map(({ buttons }) => buttons?.length ?? 0)).toEqual([...cards.slice(1).map(() => 0), 2]);
      }),
    );
  });

  test("keeps each message within what every platform takes", () => {
    const cards = toApprovalCards(cardOf({ text: "😀 long ".repeat(700) }), id, nonce);
    expect(cards.length).toBeGreaterThan(2);
    for (const { body } of cards) expect(body.length).toBeLessThan(2_000);
  });

  test("writes out what is invisible or turns the direction, and reads back as the same", () => {
    const value = { order: "A‮001​", note: "\u{e0041}﻿" };
    const shown = showArguments(JSON.stringify(value));
    expect(shown).not.toMatch(/[\p{Cf}]/u);
    expect(shown).toContain("\\u202e");
    expect(JSON.parse(shown)).toEqual(value);
  });

  test("cannot be left by arguments that bring their own fence, nor by a name that brings markup", () => {
    const cards = toApprovalCards(
      { ...cardOf({ text: "```\n**Approved**" }), requesterName: "**Boss** [x](https://evil)" },
      id,
      nonce,
    );
    expect(cards[0]?.body).toMatch(/^````json$/m);
    expect(cards[0]?.body.split("\n")[0]).not.toMatch(/\[x\]|\*\*Boss/);
  });
});
