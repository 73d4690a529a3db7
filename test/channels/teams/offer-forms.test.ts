import { expect, it } from "vitest";
import { withForms } from "../../../channels/teams/offer-forms.ts";
import { bytesOf, renderReply } from "../../../channels/teams/render.ts";
import type { TeamsSender } from "../../../channels/teams/send.ts";
import type { Attempt, Target } from "../../../src/core/channel.ts";
import { deckButton, deckFormOf } from "../../../src/core/deck.ts";
import type { Reply } from "../../../src/core/reply.ts";

const target: Target = {
  installation: "t1",
  place: { space: "19:staff", thread: "1", audience: "public" },
};
const buttons = [
  deckButton("assign", "Assign", { conversationId: "c1" }),
  deckButton("claim", "Claim", { conversationId: "c1" }),
];
const attempt = {} as Attempt;

/** The card of a reply as it is sent where so many colleagues may be chosen. */
async function cardWith(many: number, reply: Reply): Promise<string> {
  const sent: Reply[] = [];
  const sender = {
    send: async (_target: Target, one: Reply) => {
      sent.push(one);
      return { id: "1" };
    },
  } as unknown as TeamsSender;
  const options = Array.from({ length: many }, (_, index) => ({ value: `s${index}`, label: `Mia ${index}` }));
  const formOf: Parameters<typeof withForms>[1] = async ({ action, space, by }) => {
    expect([space, by]).toEqual(["19:staff", undefined]);
    const form = deckFormOf(action);
    return form && { ...form, options };
  };
  await withForms(sender, formOf).send(target, reply, attempt);
  const [shown] = sent;
  if (shown === undefined) throw new Error("nothing was sent");
  expect(bytesOf(renderReply(shown))).toBeLessThan(28_000);
  return JSON.stringify(renderReply(shown));
}

it("what there is to choose unfolds on the card as a list; of too many, words are asked for", async () => {
  const shown = await cardWith(50, { body: "The card.", buttons });
  expect(shown).toContain('"type":"Input.ChoiceSet"');
  expect(shown).toContain('{"title":"Mia 49","value":"s49"}');
  for (const many of [0, 51])
    expect(await cardWith(many, { body: "The card.", buttons })).toContain('"type":"Input.Text"');
});

it("a message that has no room for a list keeps its words, and asks for words", async () => {
  const shown = await cardWith(50, { body: "word ".repeat(5_000), buttons });
  expect(shown).toContain('"type":"Input.Text"');
  expect(shown).toContain("word word");
});
