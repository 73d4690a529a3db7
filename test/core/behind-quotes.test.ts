import { expect, it } from "vitest";
import { behindQuotes } from "../../src/core/behind-quotes.ts";

it("gives what was written behind one quote or several, and leaves a text without any as it is", () => {
  expect(behindQuotes("> first\n> line\n\n> another\n\nmy words\n> not at the beginning")).toBe(
    "my words\n> not at the beginning",
  );
  expect(behindQuotes("> all of it is quoted")).toBe("");
  expect(behindQuotes(" my words\n> quoted below")).toBe(" my words\n> quoted below");
});
