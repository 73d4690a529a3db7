import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toDiscordMarkdown } from "../../../channels/discord/markup.ts";
import { measureForDiscord } from "../../../channels/discord/measure.ts";
import { renderReply, splitForDiscord } from "../../../channels/discord/render.ts";
import { actions } from "../../../src/core/reply.ts";
import { numberedDocuments } from "../../contract/channel/documents.ts";

const joiner = "\u2060";

describe("What Discord is given", () => {
  it.each([
    ["a strong word is no underlined one", "__yes__ and **no**", "**yes** and **no**"],
    ["names with underscores stay names", "snake_case_name", "snake\\_case\\_name"],
    ["deep headings become bold", "# A\n\n#### B", "# A\n\n**B**"],
    ["entities are what they stand for", "a &amp; b &copy;", "a & b ©"],
    ["a fence is written with backticks", "~~~js\n1\n~~~", "```js\n1\n```"],
    ["code keeps its backticks without ending", "````\n```\n````", `\`\`\`\n\`${joiner}\`\`\n\`\`\``],
    ["nothing is hidden", "a || b || c", "a \\|\\| b \\|\\| c"],
    ["a rule is a line", "a\n\n---\n\nb", `a\n\n${"─".repeat(16)}\n\nb`],
    ["an image is a link", "![plan](https://a.example/p.png)", "[plan](<https://a.example/p.png>)"],
    ["an address stands for itself, without a preview", "https://a.example/x_y", "<https://a.example/x_y>"],
    ["mail is no link", "[write](mailto:me@a.example)", "write (me@a.example)"],
    ["small print is ours alone", "-# tiny", "\\-# tiny"],
    ["a narrow table is aligned", "| a | bb |\n|--|--:|\n| 1 | 2 |", "```\na  bb\n─  ──\n1   2\n```"],
    [
      "a table with links is a list",
      "| a |\n|--|\n| [x](https://a.example/) |",
      "**a**\n- [x](<https://a.example/>)",
    ],
    ["nobody is called", "@everyone <@1> <@&2>", `@${joiner}everyone <${joiner}@1> <${joiner}@&2>`],
  ])("%s", (_, markdown, expected) => {
    expect(toDiscordMarkdown(markdown)).toBe(expected);
  });

  it("calls nobody whatever it says, and unfolds nothing", () => {
    expect(renderReply({ body: "@everyone" })).toMatchObject({
      allowed_mentions: { parse: [], replied_user: false },
      flags: 4,
    });
  });

  it("has citations in small print, on a piece of their own where they do not fit", () => {
    const citations = [{ title: "Guide", url: "https://a.example/g", locator: "p. 3" }];
    expect(renderReply({ body: "Yes.", citations }).content).toBe(
      "Yes.\n\n-# [1] [Guide](<https://a.example/g>) · p. 3",
    );
    const parts = splitForDiscord({ body: "x".repeat(1_980), citations });
    expect(parts.map((part) => part.citations)).toEqual([undefined, citations]);
    for (const part of parts) expect(renderReply(part).content.length).toBeLessThanOrEqual(2_000);
  });

  it("has at most five rows of five buttons, and never two of one name", () => {
    const suggestions = Array.from({ length: 40 }, (_, at) => `question ${at}`);
    const { components } = renderReply({
      body: "?",
      suggestions: [...suggestions, "question 1"],
      buttons: [{ action: actions.human, label: "Talk to a human", value: "human" }],
      feedback: "turn-1",
    });
    expect(components).toHaveLength(5);
    const ids = components.flatMap((row) => row.components.map((button) => Reflect.get(button, "custom_id")));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.slice(-3)).toEqual([
      `${actions.human}:human`,
      `${actions.feedbackUp}:turn-1`,
      `${actions.feedbackDown}:turn-1`,
    ]);
  });

  it("is never longer than it was measured without being read", () => {
    const noise = fc.string({
      unit: fc.oneof(
        fc.constantFrom(..."`*_[]()<>|#-~&\\\n 1.:!@+"),
        fc.constantFrom(
          "](https://a.example/",
          "[x](https://a.example/)",
          "https://a.example",
          "```",
          "\n\n",
          "1. ",
          "> ",
          "word",
        ),
      ),
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          noise,
          numberedDocuments(300).map(({ markdown }) => markdown),
        ),
        (markdown) => {
          expect(toDiscordMarkdown(markdown).length).toBeLessThanOrEqual(measureForDiscord(markdown));
        },
      ),
      { numRuns: 300 },
    );
  });
});
