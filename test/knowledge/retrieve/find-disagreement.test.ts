import { describe, expect, test } from "vitest";
import { findDisagreement } from "../../../src/knowledge/retrieve/find-disagreement.ts";

const page = (title: string, text: string) => ({ title, text });

describe("disagreement between documents", () => {
  test.each([
    ["You can return goods within 14 days.", "You can return goods within 30 days."],
    ["A return is free for fourteen items or 14 days.", "A return is free for 30 days."],
    ["The monthly pass costs 49 euros.", "Our monthly pass costs 59 euros since May."],
    ["Refunds take five days.", "Refunds take 10 days."],
  ])("is seen where they say the same with other numbers: %s / %s", (one, other) => {
    expect(findDisagreement([page("Old", one), page("New", other)])).toEqual([0, 1]);
  });

  test.each([
    ["You can return goods within 14 days.", "Goods can be returned within 14 days of delivery."],
    ["The monthly pass costs 49 euros.", "A helmet costs 59 euros."],
    ["Refunds take five days.", "Refunds take 5 days."],
    ["Call us.", "Write to us."],
  ])("is not seen where they do not: %s / %s", (one, other) => {
    expect(findDisagreement([page("Old", one), page("New", other)])).toBeUndefined();
  });

  test("two parts of one document are no disagreement", () => {
    const same = [page("Fares", "A pass costs 49 euros."), page("Fares", "A pass costs 59 euros.")];
    expect(findDisagreement(same)).toBeUndefined();
  });
});
