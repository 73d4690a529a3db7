import fc from "fast-check";
import { expect, it } from "vitest";
import { judgeLink } from "../../../channels/kit/safe-link.ts";

// A label such as "index.ts" names a file: no top-level domain ends like that.
const fileEnding =
  /\.(?:pdf|html?|txt|json|ya?ml|xml|csv|docx?|xlsx?|pptx?|png|jpe?g|gif|svg|js|jsx|ts|tsx|log|ics)$/i;

it("never gives a label that looks like a host to a link that leads to another one", () => {
  const host = fc.domain().filter((name) => !fileEnding.test(name));
  fc.assert(
    fc.property(host, host, (named, real) => {
      const verdict = judgeLink(`go to ${named}`, `https://${real}/path`);
      expect(verdict.kind).toBe(
        real === named || real.endsWith(`.${named}`) || real === named.replace(/^www\./, "")
          ? "plain"
          : "disguised",
      );
    }),
    {
      examples: [
        ["bank.com", "bank.com.evil.example"],
        ["docs.bank.com", "bank.com"],
      ],
    },
  );
});

it.each([
  "javascript:alert(1)",
  "data:text/html,hi",
  "file:///etc/passwd",
  "//evil.example",
  "not an address",
  "",
])("sends nobody to %j", (address) => expect(judgeLink("x", address)).toEqual({ kind: "inert" }));

it("gives back addresses that cannot end a link early", () => {
  fc.assert(
    fc.property(fc.string(), (rest) => {
      const verdict = judgeLink("x", `https://docs.example/${rest}`);
      if (verdict.kind !== "inert") expect(verdict.url).not.toMatch(/[()<>|\s\\]/);
    }),
  );
});
