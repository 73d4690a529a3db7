import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readQuestion, readTerms } from "../../../src/knowledge/text/read-terms.ts";

describe("terms", () => {
  test("keep exact names whole beside their parts, so that a SKU or an error code is found", () => {
    for (const name of ["sku-1042-b", "0x80070057", "err_conn_reset", "v2.1.3", "c++"])
      expect(readTerms(`what is ${name.toUpperCase()}?`)).toContain(name);
  });

  test("bring the forms of a word together, with and without accents", () => {
    const same = (...words: string[]) => new Set(words.flatMap((word) => readTerms(word))).size;
    expect(same("delete", "deletes", "deleted", "deleting")).toBe(1);
    expect(same("policy", "policies")).toBe(1);
    expect(same("café", "cafe")).toBe(1);
    expect(same("business", "busy")).toBe(2);
  });

  test("find a word inside text that has no spaces", () => {
    const asked = readTerms("退款");
    expect(readTerms("如何申请退款")).toEqual(expect.arrayContaining(asked));
  });

  test("of a question leave out what stands everywhere, unless there is nothing else", () => {
    expect(readQuestion("How do I delete the account?")).toEqual(readTerms("delete account"));
    expect(readQuestion("How are you?").length).toBeGreaterThan(0);
  });

  test("contain no space, whatever is read", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => readTerms(text).every((term) => !/\s/.test(term))),
    );
  });
});
