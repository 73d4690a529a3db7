import { expect, it } from "vitest";
import { createBotBudget } from "../../../channels/kit/bot-budget.ts";

it("lets so many messages of other bots through in ten minutes of one conversation, and each again for nothing", () => {
  let now = 0;
  const spends = createBotBudget(3, () => now);
  const heard = () => ["a", "b", "c", "d", "e"].filter((id) => spends("T1", id));
  expect(heard()).toEqual(["a", "b", "c"]);
  expect(heard()).toEqual(["a", "b", "c"]);
  expect(spends("T2", "d")).toBe(true);
  now = 10 * 60_000 + 1;
  expect(spends("T1", "f")).toBe(true);
});

it("hears no other bot on a budget of nothing", () => {
  expect(createBotBudget(0, () => 0)("T1", "a")).toBe(false);
});
