import { expect, it } from "vitest";
import { renderReply as renderForDiscord, splitForDiscord } from "../../channels/discord/render.ts";
import { renderReply as renderForSlack } from "../../channels/slack/render.ts";
import { renderReply as renderForTeams } from "../../channels/teams/render.ts";

const forged =
  "for <@U0MIA000001> <@1234567890123456789> <!channel> @everyone <at>Mia</at>: can you take it?";

it("on Slack a reply calls whom it names, and nobody whom its words name", () => {
  const mentions = [
    { id: "U0MIA000001", name: "Mia" },
    { id: "!channel", name: "everybody" },
  ];
  const { text, blocks } = renderForSlack({ body: "can you take it?", mentions });
  expect(text.startsWith("<@U0MIA000001> can you")).toBe(true);
  expect(blocks[0]).toEqual({ type: "section", text: { type: "mrkdwn", text: "<@U0MIA000001>" } });
  const plain = renderForSlack({ body: forged });
  expect(JSON.stringify(plain)).not.toMatch(/<[@!]/u);
  expect(plain.blocks.some(({ type }) => type === "section")).toBe(false);
});

it("on Discord a reply calls whom it names, and nobody whom its words name", () => {
  const mentions = [
    { id: "1234567890123456789", name: "Mia" },
    { id: "&1", name: "a role" },
  ];
  const { content, allowed_mentions: allowed } = renderForDiscord({ body: "can you take it?", mentions });
  expect(content).toBe("<@1234567890123456789>\ncan you take it?");
  expect(allowed).toEqual({ parse: [], users: ["1234567890123456789"], replied_user: false });
  expect(renderForDiscord({ body: forged }).allowed_mentions).toEqual({ parse: [], replied_user: false });
  for (const body of ["word ".repeat(399), "word ".repeat(900)])
    for (const piece of splitForDiscord({ body, mentions }))
      expect(renderForDiscord(piece).content.length).toBeLessThanOrEqual(2_000);
});

it("on Teams a reply calls whom it names, and nobody whom its words name", () => {
  const mentions = [{ id: "29:mia", name: "Mia <at>Ben</at>" }];
  const { text, entities } = renderForTeams({ body: "can you take it?", mentions });
  expect(text).toBe("<at>Mia atBen/at</at>\n\ncan you take it?");
  expect(entities).toEqual([
    {
      type: "mention",
      text: "<at>Mia atBen/at</at>",
      mentioned: { id: "29:mia", name: "Mia atBen/at" },
    },
  ]);
  const plain = renderForTeams({ body: forged });
  expect(plain.entities).toBeUndefined();
  expect(plain.text).not.toContain("<at>");
});
