import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSafeMarkdown } from "../../../channels/kit/safe-markdown.ts";
import { readMarkdown } from "../../contract/channel/read-markdown.ts";

/** A platform that reads CommonMark with HTML in it. */
const { toSafe, mayForge } = createSafeMarkdown({
  suspicious: /</,
  defuseText: (source) => source.replaceAll(/\\?</g, "&lt;"),
  defuseCode: (source) => source,
});

describe("making markdown harmless", () => {
  it("comes to rest however deep links stand in each other, and leaves none that leads nowhere", () => {
    const address = fc.constantFrom("javascript:x", "https://evil.example/", "data:text/html,x");
    fc.assert(
      fc.property(fc.array(address, { minLength: 1, maxLength: 24 }), (addresses) => {
        const nested = `${"[".repeat(addresses.length)}bank.com${addresses.map((one) => `](${one})`).join("")}`;
        const safe = toSafe(nested);
        expect(toSafe(safe)).toBe(safe);
        const { text, links } = readMarkdown(safe);
        expect(text).toContain("bank.com");
        for (const { label, url } of links) {
          expect(url).toMatch(/^https:\/\/evil\.example\//);
          expect(["evil.example", url]).toContain(label);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("leaves everyday markdown byte for byte, without reading it", () => {
    const body =
      "# Badges\n\nSee [the guide](https://docs.example/a?b=c), **now**:\n\n1. `a < b`\n2. a & b\n";
    expect(toSafe(body)).toBe(body);
    expect(mayForge(body.replace("<", "is"))).toBe(false);
  });
});
