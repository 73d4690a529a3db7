import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createBusinessRules } from "../../src/agent/check/business-rules.ts";
import { readRuleFiles, usualRules } from "../../src/settings/rule-files.ts";
import { readSettings } from "../../src/settings.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-rules-"));
  await mkdir(join(folder, "config/rules"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function write(name: string, text: string): Promise<void> {
  return writeFile(join(folder, "config/rules", name), text);
}

describe("the rules of companies", () => {
  it("are as their file says, and the usual ones for who has none", async () => {
    await write("acme.yaml", "check: observe\ncache: false\nfacts: [A pass is 240 EUR.]\n");
    const problems: string[] = [];
    const rules = readRuleFiles(folder, ["acme", "other"], problems);
    expect(problems).toEqual([]);
    expect(rules.get("acme")).toEqual({
      check: "observe",
      cache: false,
      forbidden: [],
      required: [],
      facts: ["A pass is 240 EUR."],
    });
    expect(rules.get("other")).toBeUndefined();
    expect(usualRules).toMatchObject({ check: "enforce", cache: true });
  });

  it("are refused with every problem at once, each with its place and what to do", async () => {
    await write(
      "acme.yaml",
      'check: perhaps\nforbidden: [{}, { pattern: "(" }]\nrequired: [{ when: [], line: x }]\nmore: 1\n',
    );
    await write("nobody.yaml", "check: off\n");
    const problems: string[] = [];
    readRuleFiles(folder, ["acme"], problems);
    const told = problems.join("\n");
    expect(told).toContain("check: must be enforce, observe or off");
    expect(told).toContain("forbidden.0: must have a phrase or a pattern, and not both");
    expect(told).toContain("forbidden.1.pattern: is not a regular expression: mend it");
    expect(told).toContain("required.0.when: must name at least one word");
    expect(told).toContain("more");
    expect(told).toContain("config/rules/nobody.yaml: there is no config/tenants/nobody.yaml");
  });

  it("stop the start like any other setting that needs attention", async () => {
    await write("default.yaml", "check: perhaps\n");
    expect(() => readSettings({}, folder)).toThrow(/config\/rules\/default\.yaml: check: must be enforce/u);
  });

  it("of the example companies can be used as they are", async () => {
    await rm(join(folder, "config"), { recursive: true });
    await cp(new URL("../../config", import.meta.url), join(folder, "config"), { recursive: true });
    const { rules } = readSettings({}, folder);
    expect([...rules.keys()].toSorted()).toEqual(["catering", "cinema", "example", "support"]);
    const of = (slug: string) => createBusinessRules(rules.get(slug) ?? usualRules);
    expect(of("catering").findForbidden("Your date is confirmed.")).toContain("an inquiry is no booking");
    expect(of("catering").missingLines("We ask for a deposit.")).toHaveLength(1);
    expect(of("cinema").findForbidden("We have guaranteed seats.")).toContain("what the booking says");
    expect(of("support").findForbidden("There is a Money-Back  guarantee.")).toContain("the store's terms");
    expect(of("example").findForbidden("Anything goes.")).toBeUndefined();
  });
});
