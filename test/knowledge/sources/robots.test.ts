import { describe, expect, test } from "vitest";
import { parseRobots } from "../../../src/knowledge/sources/robots.ts";

const site = "https://acme.example";

describe("robots.txt", () => {
  test("the longest rule that fits decides, and an allowing one of two as long", () => {
    const robots = parseRobots("User-agent: *\nDisallow: /private\nAllow: /private/open\nDisallow: /x$");
    expect(robots.allows(`${site}/private/page`)).toBe(false);
    expect(robots.allows(`${site}/private/open/page`)).toBe(true);
    expect(robots.allows(`${site}/x`)).toBe(false);
    expect(robots.allows(`${site}/xy`)).toBe(true);
    expect(robots.allows(`${site}/help`)).toBe(true);
  });

  test("rules for baton count instead of those for everybody", () => {
    const robots = parseRobots(
      "User-agent: *\nDisallow: /\n\nUser-agent: Baton\nCrawl-delay: 2\nDisallow: /a*b",
    );
    expect(robots.allows(`${site}/help`)).toBe(true);
    expect(robots.allows(`${site}/a/long/b/way`)).toBe(false);
    expect(robots.delayMs).toBe(2_000);
  });

  test("an empty file and an empty rule allow everything; a pause is ten seconds at most", () => {
    expect(parseRobots("").allows(`${site}/`)).toBe(true);
    const robots = parseRobots("User-agent: *\nDisallow:\nCrawl-delay: 9999");
    expect(robots.allows(`${site}/any`)).toBe(true);
    expect(robots.delayMs).toBe(10_000);
  });
});
