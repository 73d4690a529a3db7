import fc from "fast-check";
import { expect, test } from "vitest";
import { maskPersonalData } from "../../../src/guard/personal-data/mask-personal-data.ts";

test.each([
  ["write to ana.lopez@mail.example.com please", "write to [email] please"],
  ["call +49 30 1234567 or (030) 123-4567", "call [phone] or [phone]"],
  ["card 4111 1111 1111 1111 declined", "card [number] declined"],
  ["IBAN DE89 3704 0044 0532 0130 00 is mine", "IBAN [account] is mine"],
  ["see https://example.com/u/ana?x=1 for it", "see [link] for it"],
  ["from 192.168.10.20 it fails", "from [address] it fails"],
  ["ask @ana_lopez", "ask [name]"],
])("masks %j", (text, masked) => {
  expect(maskPersonalData(text, [])).toBe(masked);
});

test.each(["on 2026-03-14 at 18:30", "two tickets for 14.50 each", "room 4711, 2nd floor", "order 12345"])(
  "leaves %j as it is",
  (text) => expect(maskPersonalData(text, [])).toBe(text),
);

test("masks names as words, whole or in part, and not inside of others", () => {
  expect(maskPersonalData("I am Ana López. ana here. Banana, Lópezville.", ["Ana López"])).toBe(
    "I am [name]. [name] here. Banana, Lópezville.",
  );
});

test("no address survives, whatever stands around it", () => {
  fc.assert(
    fc.property(
      fc.emailAddress({ size: "small" }),
      fc.constantFrom(" ", "(", "<", "\n", ","),
      (address, before) => {
        fc.pre(/^[\w.%+-]+@/.test(address));
        expect(maskPersonalData(`x${before}${address} y`, [])).not.toContain(address);
      },
    ),
  );
});
