import { expect, it } from "vitest";
import { formControlOf, toModal } from "../../../channels/discord/forms.ts";
import { deckButton, deckFormOf, fixAction } from "../../../src/core/deck.ts";

const { action } = deckButton("assign", "Assign", { conversationId: "c1" });
const assign = deckFormOf(action);
if (assign === undefined) throw new Error("no form");
const press = { type: 3, data: { custom_id: `${action}:c1` } };
const colleagues = (many: number) =>
  Array.from({ length: many }, (_, index) => ({ value: `s${index}`, label: `Colleague ${index}` }));

it("what there is to choose is a list under its label, up to the 25 Discord shows; of more, words are asked for", () => {
  const shown = (many: number) => toModal(press, { ...assign, options: colleagues(many) });
  expect(formControlOf(press)).toEqual({ action, value: "c1" });
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

it("the menu of a message opens the form that puts it right, with the answer in it, and comes back about that answer", () => {
  const fix = deckFormOf(fixAction);
  if (fix === undefined) throw new Error("no form");
  const menu = { type: 2, data: { type: 3, name: "Fix this answer", target_id: "42" } };
  expect(formControlOf(menu)).toEqual({ action: fixAction, message: "42" });
  expect(formControlOf({ type: 2, data: { ...menu.data, name: "Ask Baton about this" } })).toBeUndefined();
  expect(toModal(menu, { ...fix, about: "a1", initial: "It is 49 euros." })).toMatchObject({
    data: {
      custom_id: `${fixAction}:a1`,
      components: [{ component: { type: 4, value: "It is 49 euros." } }, {}],
    },
  });
});
