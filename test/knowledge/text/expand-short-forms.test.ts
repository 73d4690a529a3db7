import { expect, test } from "vitest";
import { expandShortForms } from "../../../src/knowledge/text/expand-short-forms.ts";
import { tellingWordsOf } from "../../../src/knowledge/text/telling-words.ts";

test.each([
  ["Why can't I see which version I'm running?", "Why can not I see which version I am running?"],
  ["my card doesn’t work and won't be sent", "my card does not work and will not be sent"],
  ["they've said we'll get the user's password", "they have said we will get the user password"],
  ["l'adresse d'O'Reilly, rock'n'roll", "l'adresse d'O'Reilly, rock'n'roll"],
])("short forms are no names: %s", (question, whole) => {
  expect(expandShortForms(question)).toBe(whole);
});

test("what only counts or asks tells nothing of what is asked for", () => {
  expect(tellingWordsOf("how do I run a job every night at 3am?")).toEqual(["run", "job", "night", "3"]);
});
