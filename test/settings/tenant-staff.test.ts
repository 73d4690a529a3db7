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
    const [tenant] = readTenantFiles(folder, problems, { ACME_SECRET: "s".repeat(32) });
    return { staffFrom: tenant?.staffFrom, problems };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const from = (...entries: readonly string[]) => ["staffFrom:", ...entries.map((entry) => `  - { ${entry} }`)];
const slackRoom = 'staffRoom: { channel: slack, workspace: "T1", id: "C1" }';

describe("groups of colleagues in a tenant's file", () => {
  test("are of the kinds their platform has; the usual one where none is named", () => {
    const { staffFrom, problems } = read(
      from(
        'channel: slack, workspace: "T1", id: "S1"',
        'channel: slack, workspace: "T1", kind: channel, id: "C1", roles: [staff, admin]',
        'channel: discord, workspace: "123456", id: "1234567890"',
        'channel: teams, workspace: "t", id: "19:x@thread.tacv2"',
      ),
    );
    expect(problems).toEqual([]);
    expect(staffFrom).toEqual([
      { channel: "slack", workspace: "T1", kind: "usergroup", id: "S1", roles: ["staff"] },
      { channel: "slack", workspace: "T1", kind: "channel", id: "C1", roles: ["staff", "admin"] },
      { channel: "discord", workspace: "123456", kind: "role", id: "1234567890", roles: ["staff"] },
      { channel: "teams", workspace: "t", kind: "team", id: "19:x@thread.tacv2", roles: ["staff"] },
    ]);
  });

  test("may be whoever is in the staff room", () => {
    expect(read([slackRoom, ...from("staffRoom: true, roles: [admin]")])).toEqual({
      problems: [],
      staffFrom: [{ channel: "slack", workspace: "T1", kind: "channel", id: "C1", roles: ["admin"] }],
    });
  });

  test.each([
    [
      "a kind the platform does not have",
      'channel: slack, workspace: "T1", kind: role, id: "R1"',
      "usergroup and channel",
    ],
    [
      "a room of Discord's",
      'channel: discord, workspace: "1", kind: channel, id: "123456"',
      "its groups are role",
    ],
    ["a name in the place of an id", 'channel: slack, workspace: "T1", id: "@support"', "begins with S"],
    ["a role by its name", 'channel: discord, workspace: "1", id: "Support"', "digits alone"],
    ["a team by its link", 'channel: teams, workspace: "t", id: "https://teams/…"', "19:…@thread.tacv2"],
    ["nothing at all", "roles: [staff]", "or staffRoom: true"],
    ["a staff room there is not", "staffRoom: true", "add staffRoom"],
    ["two things at once", 'staffRoom: true, id: "S1"', "stands alone"],
    ["no role", 'channel: slack, workspace: "T1", id: "S1", roles: []', "at least one role"],
    ["the web, which has none", 'channel: web, workspace: "acme", id: "x"', "slack, discord or teams"],
  ])("are refused with a remedy: %s", (_what, entry, remedy) => {
    expect(read(from(entry)).problems.join()).toContain(remedy);
  });

  test("are not the people of a Discord room, of whom Discord tells nobody", () => {
    const room = 'staffRoom: { channel: discord, workspace: "1", id: "2" }';
    expect(read([room, ...from("staffRoom: true")]).problems.join()).toContain("name a role");
  });
});

describe("colleagues on a web site in a tenant's file", () => {
  const site = (more: string) => `sites: [{ key: acme-web, origins: ["self"]${more} }]`;
  const mia = (id: string) =>
    `staff: [{ name: Mia, accounts: [{ channel: web, workspace: acme-web, id: "${id}" }] }]`;

  test("are known by the token their site signs", () => {
    expect(read([site(", userTokenSecret: ACME_SECRET"), mia("user:42")]).problems).toEqual([]);
  });

  test("are refused where nobody vouches for them", () => {
    const anonymous = read([site(", userTokenSecret: ACME_SECRET"), mia("visitor:abc")]);
    expect(anonymous.problems.join()).toContain("such as user:42");
    expect(read([site(""), mia("user:42")]).problems.join()).toContain("give it a userTokenSecret");
  });
});
