import { expect, it } from "vitest";
import { formActionOf, toModal } from "../../../channels/discord/forms.ts";
import { deckButton, deckFormOf } from "../../../src/core/deck.ts";

const { action } = deckButton("assign", "Assign", { conversationId: "c1" });
const assign = deckFormOf(action);
if (assign === undefined) throw new Error("no form");
const press = { data: { custom_id: `${action}:c1` } };
const colleagues = (many: number) =>
  Array.from({ length: many }, (_, index) => ({ value: `s${index}`, label: `Colleague ${index}` }));

it("what there is to choose is a list under its label, up to the 25 Discord shows; of more, words are asked for", () => {
  const shown = (many: number) => toModal(press, { ...assign, options: colleagues(many) });
  expect(formActionOf(press)).toBe(action);
  expect(shown(25)).toMatchObject({
    type: 9,
    data: {
      custom_id: `${action}:c1`,
      components: [{ type: 18, component: { type: 3, custom_id: "words", options: colleagues(25) } }],
    },
  });
  for (const many of [0, 26])
    expect(shown(many)).toMatchObject({ data: { components: [{ type: 18, component: { type: 4 } }] } });
});
