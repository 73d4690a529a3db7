import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readControl } from "../../../channels/slack/controls.ts";
import { renderReply } from "../../../channels/slack/render.ts";
import { escapeMrkdwn, mayForge, toSafeMarkdown } from "../../../channels/slack/safe-markdown.ts";
import { actions } from "../../../src/core/reply.ts";

/** What Slack brings to life. In code a bare `<!` stands for itself: `<!DOCTYPE html>` must stay readable. */
const token =
  /<(?:!(?:channel|here|everyone|group|subteam|date)\b|@[UWB][A-Z0-9]|#[CGD][A-Z0-9]|[a-z][a-z0-9+.-]*:[^>\n]*\|)/i;

describe("making markdown harmless (F10)", () => {
  it.each([
    ["<!channel>", "&lt;\u2060!channel>"],
    ["hi <@U012AB3CD> and <!subteam^S1|x>", "hi &lt;\u2060@U012AB3CD> and &lt;\u2060!subteam^S1|x>"],
    ["&lt;!here&gt; &#60;!here>", "&lt;\u2060!here&gt; &lt;\u2060!here>"],
    ["`<!here>` a < b", "`<\u2060!here>` a &lt; b"],
    ["@channel, me@here.example", "@\u2060channel, me@here.example"],
    ["<https://evil.example|bank.com>", "`https://evil.example|bank.com`"],
    ["[bank.com](https://evil.example/x)", "bank.com ([evil.example](https://evil.example/x))"],
    ["[www.bank.com](https://bank.com)", "[www.bank.com](https://bank.com)"],
    ["[bank\u200b.com](https://evil.example)", "bank\u200b.com ([evil.example](https://evil.example/))"],
    ["[bank。com](https://evil.example)", "bank。com ([evil.example](https://evil.example/))"],
    ["[sign in](https://bank.com@evil.example/)", "sign in ([evil.example](https://evil.example/))"],
    ["https://bank.com@evil.example/", "https://evil.example/"],
    ["[x](javascript:alert(1))", "x (`javascript:alert(1)`)"],
    ["[x](data:text/html,hi)", "x (`data:text/html,hi`)"],
    ["![cat](https://cats.example/cat.png)", "[cat](https://cats.example/cat.png)"],
    [
      "<div>\n\n[bank.com](https://evil.example)\n</div>",
      "&lt;div>\n\nbank.com ([evil.example](https://evil.example/))\n&lt;/div>",
    ],
    [
      "[bank.com]\n\n[bank.com]: https://evil.example",
      "bank.com ([evil.example](https://evil.example/))\n\n[bank.com] https://evil.example",
    ],
    ["\u202Emoc.knab", "moc.knab"],
  ])("%j", (markdown, harmless) => {
    expect(toSafeMarkdown(markdown)).toBe(harmless);
  });

  it.each([
    "# Title\n\nSome **bold**, *em*ph*asis*, ~~gone~~ and `code`.\n\n- [ ] task\n  - nested\n\n1. one\n2. two",
    "> quoted\n\n| a | b |\n| --- | ---: |\n| x | 1 |\n\n```ts\nif (1 > 0) run();\n```",
    "日本語のテキスト、ภาษาไทย, مرحبا بالعالم 👨‍👩‍👧‍👦, AT&T, x > y, [guide](https://docs.example/a?b=c&d=e#f) [1]",
  ])("leaves what is harmless byte for byte: %j", (markdown) => {
    expect(toSafeMarkdown(markdown)).toBe(markdown);
    expect(mayForge(markdown)).toBe(false);
  });

  const parts = fc.constantFrom(
    "<!channel>",
    "<!",
    "here>",
    "<@U012AB3CD>",
    "<#C012AB3CD|x>",
    "<https://evil.example|bank.com>",
    "`",
    "```\n",
    "\n\n",
    "\n",
    "    ",
    "> ",
    "- ",
    "[bank.com](https://evil.example)",
    "[",
    "](",
    ")",
    "<",
    ">",
    "\\",
    "&lt;",
    "&",
    "!",
    "|",
    "word",
    " ",
    "~~~\n",
    "[x]: https://evil.example\n",
    "<br>",
    "*",
    "_",
  );
  it("reads a box that stands in no item as the words it is made of", () => {
    expect(toSafeMarkdown("*\n[x]: https://evil.example\n\n*\n[x] <!here> done")).toContain("[x]");
  });

  it("leaves no token of Slack's, wherever it stands, and doing it twice changes nothing", () => {
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 25 }), (some) => {
        const harmless = toSafeMarkdown(some.join(""));
        expect(harmless).not.toMatch(token);
        expect(toSafeMarkdown(harmless)).not.toMatch(token);
        expect(escapeMrkdwn(some.join(""))).not.toMatch(/[<>]/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("rendering a reply", () => {
  it("puts the body first, then citations, buttons, suggestions and the thumbs", () => {
    const { text, blocks } = renderReply({
      body: "See **the guide** <!here>",
      citations: [
        { title: "A & B <c>", url: "https://docs.example/?a=1&b=2", locator: "p. 3" },
        { title: "bank.com", url: "https://evil.example" },
      ],
      buttons: [{ action: actions.human, label: "Talk to a human", value: "v", style: "primary" }],
      suggestions: ["How much?", "x".repeat(100)],
      feedback: "turn-1",
    });
    expect(blocks.map(({ type }) => type)).toEqual(["markdown", "context", "actions", "context_actions"]);
    expect(JSON.stringify(blocks[1])).toContain(
      "<https://docs.example/?a=1&amp;b=2|A &amp; B &lt;c&gt;> · p. 3",
    );
    expect(JSON.stringify(blocks[1])).toContain("bank.com (<https://evil.example/|evil.example>)");
    expect(text).toBe("See the guide &lt;!here&gt;");
  });

  it("gets back from a pressed control what the reply said", () => {
    const { blocks } = renderReply({ body: "?", suggestions: ["one", "two", "three"], feedback: "turn:1" });
    const [, choices, thumbs] = blocks;
    const elements = choices?.type === "actions" ? choices.elements : [];
    const ids = elements.map((element) => ("action_id" in element ? (element.action_id ?? "") : ""));
    expect(new Set(ids).size).toBe(3);
    expect(
      elements.map((element, at) =>
        readControl(ids[at] ?? "", "value" in element ? String(element.value) : ""),
      ),
    ).toEqual(["one", "two", "three"].map((value) => ({ action: actions.suggestion, value })));
    const pair = thumbs?.type === "context_actions" ? thumbs.elements[0] : undefined;
    if (pair?.type !== "feedback_buttons") throw new Error("no thumbs");
    expect(readControl(pair.action_id ?? "", pair.positive_button.value)).toEqual({
      action: actions.feedbackUp,
      value: "turn:1",
    });
    expect(readControl(pair.action_id ?? "", pair.negative_button.value)).toEqual({
      action: actions.feedbackDown,
      value: "turn:1",
    });
  });
});
