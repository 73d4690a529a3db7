import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTenantFiles } from "../../src/settings/tenant-files.ts";

function read(lines: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "baton-tenants-"));
  try {
    mkdirSync(join(folder, "config/tenants"), { recursive: true });
    writeFileSync(join(folder, "config/tenants/acme.yaml"), ["name: Acme", ...lines].join("\n"));
    const problems: string[] = [];
    const [tenant] = readTenantFiles(folder, problems, {});
    return { tenant, problems };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const room = 'staffRoom: { channel: slack, workspace: "T1", id: "C1" }';

describe("drafts in a tenant's file", () => {
  test("are for nobody, for all, or for channels and intents", () => {
    expect(read([]).tenant?.drafts).toEqual([]);
    expect(read([room, "drafts: none"]).tenant?.drafts).toEqual([]);
    expect(read([room, "drafts: all"]).tenant?.drafts).toEqual([{}]);
    const rules = read([room, "drafts: [{ channels: [web], intents: [complaint] }]"]);
    expect(rules.problems).toEqual([]);
    expect(rules.tenant?.drafts).toEqual([{ channels: ["web"], intents: ["complaint"] }]);
  });

  test("are one of four ways to answer, and come behind what says so", () => {
    const both = read([
      room,
      "answers: [{ mode: off, channels: [teams] }, { mode: auto, intents: [information] }]",
      "drafts: all",
    ]);
    expect(both.problems).toEqual([]);
    expect(both.tenant?.drafts).toEqual([
      { mode: "off", channels: ["teams"] },
      { mode: "auto", intents: ["information"] },
      {},
    ]);
    expect(read(["answers: off"])).toMatchObject({ problems: [], tenant: { drafts: [{ mode: "off" }] } });
    expect(read(["answers: suggest"]).problems.join()).toContain("Add staffRoom");
    expect(read([room, "answers: sometimes"]).problems.join()).toContain("must be off, suggest");
    expect(read([room, "answers: [{ channels: [web] }]"]).problems).not.toEqual([]);
  });

  test("need a room in which colleagues see them", () => {
    expect(read(["drafts: all"]).problems.join()).toContain("Add staffRoom");
  });

  test("name no channel there is not", () => {
    expect(read([room, "drafts: [{ channels: [email] }]"]).problems).not.toEqual([]);
    expect(read([room, "drafts: some"]).problems).not.toEqual([]);
  });
});
