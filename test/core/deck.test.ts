import { expect, it } from "vitest";
import { deckActionOf, deckButton, deckCommandOf } from "../../src/core/deck.ts";

it.each([
  ["📤", "send"],
  ["outbox_tray", "send"],
  ["1f4e4_outboxtray", "send"],
  ["🙋🏽", "claim"],
  ["raising_hand::skin-tone-4", "claim"],
  ["1f64b_womanraisinghand-tone3", "claim"],
  ["2705_whiteheavycheckmark", "resolve"],
  ["↩️", "undo"],
])("the reaction %s is the command %s on every platform", (emoji, command) => {
  expect(deckCommandOf(deckActionOf(emoji) ?? "")).toBe(command);
});

it.each(["👍", "like", "+1", "eyes", "1f44d_yes", ""])("the reaction %j is no command", (emoji) => {
  expect(deckActionOf(emoji)).toBeUndefined();
});

it("a button names its conversation and comes back as its command", () => {
  const button = deckButton("claim", "Claim", { conversationId: "c" });
  expect([deckCommandOf(button.action), button.value]).toEqual(["claim", "c"]);
  expect(deckCommandOf("baton.deck.nonsense")).toBeUndefined();
});
