import fc from "fast-check";
import { expect, test } from "vitest";
import { createNumberLists, type NumberLists } from "../../../src/knowledge/index/number-lists.ts";

function numbersOf(lists: NumberLists, list: number): number[] {
  const numbers: number[] = [];
  lists.read(list, (value) => numbers.push(value));
  return numbers;
}

test("each list gives back what was put into it, in its order, however they grow side by side", () => {
  const value = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 2 ** 31 - 1 }));
  const step = fc.record({ list: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 2_000 })), value });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3_000, size: "max" }), (steps) => {
      const lists = createNumberLists();
      const expected = new Map<number, number[]>();
      for (const { list, value: given } of steps) {
        lists.push(list, given);
        expected.set(list, [...(expected.get(list) ?? []), given]);
      }
      for (const [list, numbers] of expected) expect(numbersOf(lists, list)).toEqual(numbers);
      expect(numbersOf(lists, 5_000)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("a million numbers come back, over many blocks, in a quarter more room than their bytes", () => {
  const lists = createNumberLists();
  const many = 1_000_000;
  for (let at = 0; at < many; at += 1) lists.push(at % 7 === 0 ? at % 1_000 : 3, at % 100);
  const long: number[] = [];
  for (let at = 0; at < many; at += 1) if (at % 7 !== 0 || at % 1_000 === 3) long.push(at % 100);
  expect(numbersOf(lists, 3)).toEqual(long);
  expect(lists.bytes).toBeLessThan(1.25 * many);
});

test("few numbers take no more than a few kilobytes", () => {
  const lists = createNumberLists();
  for (let list = 0; list < 50; list += 1) lists.push(list, list);
  expect(lists.bytes).toBeLessThan(6_000);
});
