import fc from "fast-check";
import { expect, it } from "vitest";
import { renderReply } from "../../../channels/slack/render.ts";
import { splitForSlack } from "../../../channels/slack/split.ts";
import { toSafeMarkdown } from "../../../channels/slack/safe-markdown.ts";
import type { Reply } from "../../../src/core/reply.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 100, maxLength: 600 }),
  fc
    .array(
      fc.constantFrom(
        "<",
        "<!here> ",
        "[a](https://b.example) ",
        "\n\n",
        "[x]\n\n[x]: https://b.example/long\n\n",
        "word ",
      ),
      { maxLength: 120 },
    )
    .map((parts) => parts.join("")),
);

it("cuts what grows past the limit by being made harmless, and nothing else", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 200, max: 900 }), (body, limit) => {
      const pieces = splitForSlack({ body }, limit);
      if (toSafeMarkdown(body).length <= limit) expect(pieces).toEqual([{ body }]);
      for (const piece of pieces) expect(toSafeMarkdown(piece.body).length).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 60 },
  );
});

it("keeps the last piece within Slack's number of blocks", () => {
  const reply: Reply = {
    body: "A sentence that is repeated. ".repeat(1_000),
    citations: Array.from({ length: 40 }, (_, at) => ({ title: `Guide ${at}` })),
    buttons: Array.from({ length: 60 }, (_, at) => ({ action: "a", label: `Button ${at}`, value: "1" })),
    suggestions: ["More"],
    feedback: "turn-1",
  };
  const pieces = splitForSlack(reply);
  expect(pieces.length).toBeGreaterThan(2);
  for (const piece of pieces) expect(renderReply(piece).blocks.length).toBeLessThanOrEqual(50);
});
