import { afterEach, describe, expect, it } from "vitest";
import { readTeamsSettings } from "../../../channels/teams/settings.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { checkTeams } from "../../../src/doctor/check-teams.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function findingsWith(
  env: Record<string, string> = {},
  publicUrl: string | undefined = "https://b.example",
) {
  const teams = await startTeamsSimulator();
  closers.push(() => teams.stop());
  const settings = readTeamsSettings({
    TEAMS_APP_ID: teams.app.appId,
    TEAMS_APP_PASSWORD: teams.app.secret,
    TEAMS_TENANT_ID: teams.app.tenantId,
    TEAMS_OPENID_URL: teams.openIdUrl,
    TEAMS_LOGIN_URL: teams.url,
    ...env,
  });
  const findings = await checkTeams(settings, publicUrl);
  return (check: string) => findings.find((finding) => finding.check === check);
}

describe("What the doctor says of Teams", () => {
  it("is well when the app gets its token and the keys are there", async () => {
    const find = await findingsWith();
    expect(find("teams")).toMatchObject({ state: "ok" });
    expect(find("teams keys")).toMatchObject({ state: "ok" });
    expect(find("teams door")).toBeUndefined();
  });

  it("names the setting that is wrong and how to mend it", async () => {
    const refused = await findingsWith({ TEAMS_APP_PASSWORD: "not-the-secret" });
    expect(refused("teams")).toMatchObject({
      state: "failure",
      fix: expect.stringContaining("TEAMS_APP_PASSWORD"),
    });
    const cloud = await findingsWith({ TEAMS_ISSUER: "https://api.botframework.us" });
    expect(cloud("teams keys")).toMatchObject({
      state: "failure",
      fix: expect.stringContaining("TEAMS_ISSUER"),
    });
    const far = await findingsWith({ TEAMS_LOGIN_URL: "http://127.0.0.1:1" });
    expect(far("teams")).toMatchObject({ state: "failure", detail: expect.stringContaining("127.0.0.1:1") });
  });

  it("asks for the public address, and says nothing where Teams is not meant", async () => {
    const teams = await startTeamsSimulator();
    closers.push(() => teams.stop());
    expect(await checkTeams(undefined, undefined)).toEqual([]);
    const settings = readTeamsSettings({
      TEAMS_APP_ID: teams.app.appId,
      TEAMS_APP_PASSWORD: teams.app.secret,
      TEAMS_TENANT_ID: teams.app.tenantId,
      TEAMS_OPENID_URL: teams.openIdUrl,
      TEAMS_LOGIN_URL: teams.url,
    });
    const door = (await checkTeams(settings, undefined)).find(({ check }) => check === "teams door");
    expect(door?.fix).toContain("/teams/messages");
  });
});
