import { describe, expect, test } from "vitest";
import { rewriteQuestion } from "../../../src/knowledge/retrieve/rewrite-question.ts";

const earlier = ["How much is a monthly pass?"];

describe("a question that goes on from the one before", () => {
  test.each([
    "and for students?",
    "What about children?",
    "is it cheaper at weekends?",
    "und für Studenten?",
    "et pour les étudiants ?",
    "¿y para estudiantes?".slice(1),
    "Gilt das auch am Wochenende für Kinder?",
    "Est-ce que cela vaut pour les enfants ?",
  ])("is asked together with it: %s", (text) => {
    expect(rewriteQuestion(text, earlier)).toBe(`How much is a monthly pass?\n${text}`);
  });

  test("goes past others like it to the last whole question", () => {
    expect(rewriteQuestion("and for dogs?", [...earlier, "and for students?"])).toBe(
      "How much is a monthly pass?\nand for dogs?",
    );
  });

  test("stays alone where nothing was asked before", () => {
    expect(rewriteQuestion("and for students?", [])).toBe("and for students?");
  });
});

test("a whole question stays as it is, whatever was asked before", () => {
  const whole = "Which documents do I need to register a company car in Berlin?";
  expect(rewriteQuestion(whole, earlier)).toBe(whole);
  expect(rewriteQuestion("opening hours", earlier)).toBe("opening hours");
});
