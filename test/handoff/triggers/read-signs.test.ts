import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasPhrase, readSigns } from "../../../src/handoff/triggers/read-signs.ts";

interface Snippet {
  readonly label: string;
  readonly language: string;
  readonly text: string;
}

const snippets: readonly Snippet[] = readFileSync(new URL("snippets.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [label = "", language = "", ...words] = line.split("|").map((part) => part.trim());
    return { label: label === "human" ? "asks for a person" : label, language, text: words.join("|") };
  });

/** How often a sign is found where it is meant, and where it is not. */
function weigh(sign: string) {
  const finds = ({ text }: Snippet) => readSigns(text).some((found) => found.sign === sign);
  const meant = snippets.filter(({ label }) => label === sign);
  const others = snippets.filter(({ label }) => label !== sign);
  const missed = meant.filter((snippet) => !finds(snippet));
  const wrong = others.filter(finds);
  const right = meant.length - missed.length;
  const tell = (list: readonly Snippet[]) =>
    list.map(({ language, text }) => `${language}: ${text}`).join("; ");
  return {
    recall: right / meant.length,
    wrong: wrong.length,
    message:
      `${sign}: precision ${(right / (right + wrong.length)).toFixed(3)}, ` +
      `recall ${(right / meant.length).toFixed(3)}; wrong: [${tell(wrong)}], missed: [${tell(missed)}]`,
  };
}

describe("what a message says by itself (R156, R162, C11)", () => {
  it("is weighed on at least 120 labelled snippets in four languages", () => {
    expect(snippets.length).toBeGreaterThanOrEqual(120);
    expect(new Set(snippets.map(({ language }) => language))).toEqual(new Set(["en", "de", "es", "fr"]));
  });

  it.each(["asks for a person", "self-harm", "violence", "personal data", "complaint"])(
    "is %s for 95 of 100 who mean it and for nobody else",
    (sign) => {
      const { recall, wrong, message } = weigh(sign);
      expect(wrong, message).toBe(0);
      expect(recall, message).toBeGreaterThanOrEqual(0.95);
    },
  );

  it("says in which language", () => {
    expect(readSigns("QUIERO   hablar con una PERSONA")).toEqual([
      { sign: "asks for a person", language: "es" },
    ]);
  });

  it("never throws and takes no longer for a longer text, whatever stands in it", () => {
    fc.assert(fc.property(fc.string({ maxLength: 3_000, unit: "grapheme" }), (text) => void readSigns(text)));
    const long = "i want to talk to a real live actual human ".repeat(5_000);
    expect(readSigns(`${"x ".repeat(1_000)}${long}`)).toEqual([]);
  });
});

describe("a company's phrase", () => {
  it("is found as words of their own, whatever their case and accents", () => {
    expect(hasPhrase("Wo ist meine RECHNUNG?", "rechnung")).toBe(true);
    expect(hasPhrase("Rechnungsadresse", "rechnung")).toBe(false);
    expect(hasPhrase("pre-invoice, invoice", "invoice")).toBe(true);
    expect(hasPhrase("anything", " ")).toBe(false);
  });
});
