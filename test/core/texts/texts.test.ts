import { describe, expect, it } from "vitest";
import type { TextKey } from "../../../src/core/texts/english.ts";
import { say, texts, toTextLanguage, type TextLanguage } from "../../../src/core/texts/texts.ts";

const languages = Object.keys(texts) as TextLanguage[];
const keys = Object.keys(texts.en) as TextKey[];
const others = languages.filter((language) => language !== "en");

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? "").toSorted();
}

/** The words of a text that belong to its language: no values, no names of commands. */
function wordsIn(text: string): readonly string[] {
  return (
    text
      .replaceAll(/\{\w+\}|`[^`]*`|\S+\.com/gu, " ")
      .toLowerCase()
      .match(/[\p{L}']+/gu) ?? []
  );
}

// None of these is a word of German, Spanish or French.
const englishWords = new Set(
  "the you your this that with from have has is are please can not if of and or to here right now again people".split(
    " ",
  ),
);

describe("Baton's own texts", () => {
  it("are there in every language, and none is empty", () => {
    for (const language of languages) {
      expect(new Set(Object.keys(texts[language]))).toEqual(new Set(keys));
      for (const key of keys) expect(texts[language][key].trim(), `${language} ${key}`).not.toBe("");
    }
  });

  it("take the same values in every language", () => {
    for (const language of others)
      for (const key of keys)
        expect(namesIn(texts[language][key]), `${language} ${key}`).toEqual(namesIn(texts.en[key]));
  });

  it("have nothing English left in another language", () => {
    for (const language of others) {
      for (const key of keys) {
        const words = wordsIn(texts[language][key]);
        expect(
          words.filter((word) => englishWords.has(word)),
          `${language} ${key}`,
        ).toEqual([]);
        if (words.length > 2) expect(texts[language][key], `${language} ${key}`).not.toBe(texts.en[key]);
      }
    }
  });

  it("leave no mark unfilled, and fill in what looks like one as it is", () => {
    expect(say("de", "wait.some before", { count: 3 })).toBe("3 Personen sind vor Ihnen.");
    expect(say("en", "handoff.has taken over", { name: "{name} $& Mia" })).toBe(
      "🙋 {name} $& Mia has taken over.",
    );
  });

  it("are chosen by the first language that is told, and are English for one without texts", () => {
    expect(toTextLanguage("de", "fr-CA")).toBe("de");
    expect(toTextLanguage(undefined, null, "fr-CA")).toBe("fr");
    expect(toTextLanguage("es_MX")).toBe("es");
    expect(toTextLanguage("it", "de-DE")).toBe("en");
    expect(toTextLanguage("constructor")).toBe("en");
    expect(toTextLanguage()).toBe("en");
  });
});
