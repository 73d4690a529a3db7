import { describe, expect, it } from "vitest";
import { holdBack } from "../../../channels/kit/hold-back.ts";

describe("holding back what is half open", () => {
  it.each([
    ["Hello **wor", "Hello "],
    ["Hello **world** and", "Hello **world** and"],
    ["See [the guide](https://docs.ex", "See "],
    ["See [the guide](https://docs.example) now", "See [the guide](https://docs.example) now"],
    ["Run `npm te", "Run "],
    ["a\n\n| x | y |\n", "a\n\n"],
    ["| x | y |\n|---|---|\n| 1 | 2", "| x | y |\n|---|---|\n"],
    ["text\n\n```ts\nconst a = 1;\nconst", "text\n\n```ts\nconst a = 1;\nconst"],
    ["text\n\n```t", "text\n\n"],
    ["```\ncode\n``", "```\ncode\n"],
    ["hi <!cha", "hi "],
    ["hi @chan", "hi "],
    ["snake_case_name is fine", "snake_case_name is fine"],
    ["one\n\n- ", "one\n\n"],
    ["👨\u200d", "👨"],
  ])("%j shows %j", (text, shown) => expect(holdBack(text)).toBe(shown));

  it("lets go what stays open for long, but never half an emoji", () => {
    const open = `a lone *asterisk ${"and words ".repeat(60)}`;
    expect(holdBack(open)).toBe(open);
    expect(holdBack(`${open}👨\u200d`)).toBe(`${open}👨`);
  });
});
