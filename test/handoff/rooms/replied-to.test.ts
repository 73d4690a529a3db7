import { expect, test } from "vitest";
import { wordsBehindQuote, wordsBehindQuotes } from "../../../src/handoff/rooms/replied-to.ts";

const repliesTo = { id: "1", isQuoted: true };
const text = "> Mia: she is difficult\n\n> Kim: do not tell her\n> at all\n\nIt is on its way.\n> as agreed";

test("of a colleague's message nothing that it quotes from the room goes to the person", () => {
  expect(wordsBehindQuotes({ text, repliesTo })).toBe("It is on its way.\n> as agreed");
  expect(wordsBehindQuotes({ text: "> only a quote", repliesTo })).toBe("");
});

test("of a person's message only the quote of what it answers is left out", () => {
  expect(wordsBehindQuote({ text, repliesTo })).toMatch(/^> Kim: do not tell her\n> at all\n\nIt is/);
});

test("whoever answers nothing may begin with a quote of their own", () => {
  expect(wordsBehindQuotes({ text: "> terms\n\nplease read", repliesTo: undefined })).toBe(
    "> terms\n\nplease read",
  );
});
