import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const read = (name: string) => readFileSync(new URL(`../../config/prompts/${name}`, import.meta.url), "utf8");

describe("the prompts of the demo companies", () => {
  test("the cinema's says what it helps with, and where people pay (R63)", () => {
    expect(read("cinema.md")).toContain(
      "You are a movie booking assistant. Help users find movies, check availability, and book tickets. Be concise and helpful.",
    );
    expect(read("cinema.md")).toMatch(/never ask for a card number/i);
  });

  test("the caterer's has four duties, five guidelines and five facts, and tells the day (R64)", () => {
    const text = read("catering.md");
    const listUnder = (title: string) => text.split(`${title}:\n\n`)[1]?.split("\n\n")[0]?.trim().split("\n");
    expect(listUnder("Your role")).toHaveLength(4);
    expect(listUnder("Guidelines")).toHaveLength(5);
    expect(listUnder("The restaurant")).toHaveLength(5);
    expect(text).toContain("{{today}}");
    for (const fact of ["Mondays", "10 to 500", "chicken, steak, shrimp, vegetable", "$25–35", "50% deposit"])
      expect(text).toContain(fact);
  });
});
