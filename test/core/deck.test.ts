import { expect, it } from "vitest";
import { deckActionOf, deckButton, deckCommandOf, deckFormOf, formLimit } from "../../src/core/deck.ts";

it.each([
  ["📤", "send"],
  ["outbox_tray", "send"],
  ["1f4e4_outboxtray", "send"],
  ["🙋🏽", "claim"],
  ["raising_hand::skin-tone-4", "claim"],
  ["1f64b_womanraisinghand-tone3", "claim"],
  ["2705_whiteheavycheckmark", "resolve"],
  ["↩️", "undo"],
  ["✏️", "fix"],
  ["✏", "fix"],
  ["pencil2", "fix"],
  ["270f_pencil", "fix"],
])("the reaction %s is the command %s on every platform", (emoji, command) => {
  expect(deckCommandOf(deckActionOf(emoji) ?? "")).toBe(command);
});

it.each(["👍", "like", "+1", "eyes", "1f44d_yes", "📝", "memo", "pencil", ""])(
  "the reaction %j is no command",
  (emoji) => {
    expect(deckActionOf(emoji)).toBeUndefined();
  },
);

it("a button that needs words has a form that fits on every platform, and the others have none", () => {
  const formOf = (name: "note" | "assign" | "fix" | "claim") =>
    deckFormOf(deckButton(name, "", { conversationId: "c" }).action);
  for (const form of [formOf("note"), formOf("assign"), formOf("fix")]) {
    expect(form?.title.length).toBeLessThanOrEqual(24);
    expect(form?.submit.length).toBeLessThanOrEqual(24);
    expect(form?.label.length).toBeLessThanOrEqual(45);
    expect(form?.limit ?? formLimit).toBeLessThanOrEqual(3_000);
    expect(form?.choice?.label.length ?? 0).toBeLessThanOrEqual(45);
    for (const { label } of form?.choice?.options ?? []) expect(label.length).toBeLessThanOrEqual(75);
  }
  expect(formOf("claim")).toBeUndefined();
});

it("a button names its conversation and comes back as its command", () => {
  const button = deckButton("claim", "Claim", { conversationId: "c" });
  expect([deckCommandOf(button.action), button.value]).toEqual(["claim", "c"]);
  expect(deckCommandOf("baton.deck.nonsense")).toBeUndefined();
});
