import fc from "fast-check";
import remarkParse from "remark-parse";
import { toString } from "mdast-util-to-string";
import { unified } from "unified";
import { describe, expect, it } from "vitest";
import { readText } from "../../../channels/slack/read-text.ts";

const say = (text: string) => readText({ text }, "UBOT").text;
const rich = (...elements: object[]) =>
  readText({ text: "fallback", blocks: [{ type: "rich_text", elements }] }, "UBOT").text;
const section = (...elements: object[]) => ({ type: "rich_text_section", elements });
const plain = (text: string, style?: object) => ({ type: "text", text, ...(style ? { style } : {}) });

describe("Slack's mrkdwn as CommonMark", () => {
  it.each([
    ["*bold* _it_ ~gone~", "**bold** _it_ ~~gone~~"],
    ["`a*b` and ```x = 1\ny```", "`a*b` and \n```\nx = 1\ny\n```"],
    ["<https://a.example/x|the page>", "[the page](https://a.example/x)"],
    ["<https://a.example/x>", "https://a.example/x"],
    ["<mailto:a@b.example|a@b.example>", "a@b.example"],
    ["<javascript:alert(1)|click>", "click"],
    ["<#C1|general> <#C2>", "#general #C2"],
    ["<@U1|ana> and <@U2>", "@ana and @U2"],
    ["<!here> <!channel> <!subteam^S1|@support>", "@here @channel @support"],
    ["<!date^1^{date}|today>", "today"],
    ["a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["snake_case_name", "snake_case_name"],
    ["&lt;b&gt;hi", "\\<b>hi"],
    ["<@UBOT|baton>: hello", "hello"],
    ["<@UBOT1> hello", "@UBOT1 hello"],
    ["ask <@UBOT> now", "ask @UBOT now"],
    ["<`code`>", "<`code`>"],
  ])("reads %j", (mrkdwn, markdown) => expect(say(mrkdwn)).toBe(markdown));

  it("never throws, lets no control character through and never changes its mind", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "*",
        "_",
        "~",
        "`",
        "```",
        "<",
        ">",
        "|",
        "<@U1>",
        "<!here>",
        "&lt;",
        "\n",
        "\0",
        "\uE000",
        "\uD800",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = say(pieces.join(""));
        // eslint-disable-next-line no-control-regex -- what must not be there
        expect(text).not.toMatch(/[\0-\x08\x0B-\x1F\x7F-\x9F\uE000-\uE00F]/);
        expect(text.isWellFormed()).toBe(true);
        expect(say(pieces.join(""))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps what was said: rendered as CommonMark, plain words come out as they were", () => {
    const markdown = unified().use(remarkParse);
    const word = fc.stringMatching(/^[a-z0-9*_~`<>&[\]()!\\.]{1,12}$/).filter((text) => /[a-z]/.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const said = `x ${words.join(" ")} x`;
        const text = rich(section(plain(said)));
        expect(toString(markdown.parse(text))).toBe(said);
      }),
      { numRuns: 500 },
    );
  });
});

describe("rich text as CommonMark", () => {
  it("keeps code, lists and quotes that the plain text flattens", () => {
    const text = rich(
      section({ type: "user", user_id: "UBOT" }, plain(" why "), plain("this", { bold: true }), plain("?")),
      { type: "rich_text_preformatted", elements: [plain("if (a < b) {\n  *x\n}")] },
      { type: "rich_text_list", style: "ordered", elements: [section(plain("one")), section(plain("two"))] },
      { type: "rich_text_quote", elements: [plain("said\nshe")] },
    );
    expect(text).toBe("why **this**?\n```\nif (a < b) {\n  *x\n}\n```\n1. one\n2. two\n\n> said\n> she");
  });

  it("moves spaces out of emphasis, which CommonMark would not see otherwise", () => {
    expect(rich(section(plain("so "), plain("very ", { bold: true, italic: true }), plain("good")))).toBe(
      "so **_very_** good",
    );
  });

  it("falls back to the text of an app's layout", () => {
    expect(readText({ text: "plain *text*", blocks: [{ type: "section" }] }, "UBOT").text).toBe(
      "plain **text**",
    );
  });
});
