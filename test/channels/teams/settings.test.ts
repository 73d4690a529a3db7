import { describe, expect, it } from "vitest";
import { parseServiceUrl } from "../../../channels/teams/hosts.ts";
import { isTeamsConfigured, readTeamsSettings } from "../../../channels/teams/settings.ts";
import { SettingsError } from "../../../src/core/errors.ts";
import { recordedAppId, tenantId } from "./teams-harness.ts";

const whole = {
  TEAMS_APP_ID: recordedAppId,
  TEAMS_APP_PASSWORD: "a-client-secret",
  TEAMS_TENANT_ID: tenantId,
};

function problemsOf(env: Record<string, string>): string {
  try {
    readTeamsSettings(env);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return String(error);
  }
}

describe("Teams' settings", () => {
  it("allow the app's own tenant unless others are listed, and every one only when asked to", () => {
    expect(readTeamsSettings(whole).allowedTenants).toEqual(new Set([tenantId]));
    const other = "B2C3D4E5-F6A7-4890-9BCD-EF1234567891";
    const listed = readTeamsSettings({ ...whole, TEAMS_ALLOWED_TENANTS: `${tenantId}, ${other}` });
    expect(listed.allowedTenants).toEqual(new Set([tenantId, other.toLowerCase()]));
    expect(readTeamsSettings({ ...whole, TEAMS_ALLOWED_TENANTS: "*" }).allowedTenants).toBe("any");
  });

  it("refuse to serve without an app id, a secret and a tenant, and say where each is found", () => {
    expect(problemsOf({})).toMatch(
      /TEAMS_APP_ID is missing.*\n.*TEAMS_APP_PASSWORD is missing.*\n.*TEAMS_TENANT_ID is missing/,
    );
    const wrong = problemsOf({
      TEAMS_APP_ID: "baton",
      TEAMS_APP_PASSWORD: "short",
      TEAMS_ON_UNKNOWN: "guess",
    });
    expect(wrong).toContain("TEAMS_APP_ID must be a GUID");
    expect(wrong).toContain("TEAMS_APP_PASSWORD is too short");
    expect(wrong).toContain("TEAMS_ON_UNKNOWN must be hold or resend");
  });

  it("never repeat the secret in a problem", () => {
    expect(problemsOf({ ...whole, TEAMS_APP_PASSWORD: "hunter2", TEAMS_PACE: "x" })).not.toContain("hunter2");
  });

  it("are only asked for when something says that Teams is meant", () => {
    expect(isTeamsConfigured({ TEAMS_PACE: "off" })).toBe(false);
    expect(isTeamsConfigured({ TEAMS_APP_ID: recordedAppId })).toBe(true);
  });
});

describe("Where the bot's token may go", () => {
  const none = new Set<string>();

  it("is Microsoft's connectors, worldwide and of the government's clouds, over https", () => {
    for (const url of [
      "https://smba.trafficmanager.net/amer/",
      "https://smba.infra.gcc.teams.microsoft.com/teams",
      "https://smba.infra.gov.teams.microsoft.us/",
      "https://webchat.botframework.com/",
    ])
      expect(parseServiceUrl(url, none)?.href).toMatch(/\/$/);
  });

  it("is nowhere else, however it is spelled", () => {
    for (const url of [
      "http://smba.trafficmanager.net/amer/",
      "https://smba.trafficmanager.net:8443/",
      "https://evil.trafficmanager.net/",
      "https://botframework.com/",
      "https://evilbotframework.com/",
      "https://user@smba.trafficmanager.net/",
      "https://smba.trafficmanager.net.evil.tld/",
      "https://smba。trafficmanager。net.evil.tld/",
      "http://127.0.0.1:3978/",
      "file:///etc/passwd",
      "",
    ])
      expect([url, parseServiceUrl(url, none)]).toEqual([url, undefined]);
    // A stand-in may be plain http on this machine only.
    expect(parseServiceUrl("http://127.0.0.1:3978/amer", new Set(["127.0.0.1"]))?.pathname).toBe("/amer/");
    expect(parseServiceUrl("http://stand-in.test/", new Set(["stand-in.test"]))).toBeUndefined();
  });
});
