import { expect, it } from "vitest";
import { calledIn } from "../../../channels/kit/called.ts";

it("calls those whose ids are the platform's own, and no more than twenty of them", () => {
  const mentions = Array.from({ length: 50 }, (_, at) => ({
    id: at % 2 === 0 ? `U${at}` : `<@U${at}>`,
    name: `Person ${at}`,
  }));
  const called = calledIn({ mentions }, (id) => /^U\d+$/.test(id));
  expect(called).toHaveLength(20);
  expect(called.every(({ id }) => id.startsWith("U"))).toBe(true);
  expect(calledIn({})).toEqual([]);
});
