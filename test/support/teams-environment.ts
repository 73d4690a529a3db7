import type { TeamsSimulator } from "../../simulators/teams/simulator.ts";

/** What Baton's environment needs to reach a simulated Teams, unpaced. */
export function teamsEnvironment({
  app,
  openIdUrl,
  url,
}: Pick<TeamsSimulator, "app" | "openIdUrl" | "url">): Record<string, string> {
  return {
    TEAMS_APP_ID: app.appId,
    TEAMS_APP_PASSWORD: app.secret,
    TEAMS_TENANT_ID: app.tenantId,
    TEAMS_SERVICE_HOSTS: "127.0.0.1",
    TEAMS_OPENID_URL: openIdUrl,
    TEAMS_LOGIN_URL: url,
    TEAMS_PACE: "off",
  };
}
