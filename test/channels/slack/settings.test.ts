import { describe, expect, it } from "vitest";
import { createSlackManifest } from "../../../channels/slack/manifest.ts";
import { isSlackConfigured, readSlackSettings } from "../../../channels/slack/settings.ts";
import { SettingsError } from "../../../src/core/errors.ts";

const bot = { SLACK_BOT_TOKEN: "xoxb-1" };
const secret = { SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef" };
const socket = { SLACK_APP_TOKEN: "xapp-1" };

function problemsOf(env: Record<string, string>): string {
  try {
    readSlackSettings(env);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return String(error);
  }
}

describe("Slack's settings", () => {
  it("choose sockets when an app token is all there is, HTTP otherwise", () => {
    expect(readSlackSettings({ ...bot, ...socket }).mode).toBe("socket");
    expect(readSlackSettings({ ...bot, ...socket, ...secret }).mode).toBe("http");
    expect(readSlackSettings({ ...bot, ...socket, ...secret, SLACK_MODE: "socket" }).mode).toBe("socket");
  });

  it("report every problem at once, each with its remedy", () => {
    const problems = problemsOf({ SLACK_BOT_TOKEN: "xoxp-1", SLACK_MODE: "pigeon", SLACK_APP_ID: "b" });
    expect(problems).toContain("SLACK_BOT_TOKEN must begin with xoxb-");
    expect(problems).toContain("SLACK_MODE must be http or socket");
    expect(problems).toContain("SLACK_APP_ID must look like");
    expect(problemsOf({})).toMatch(/SLACK_BOT_TOKEN is missing.*\n.*SLACK_SIGNING_SECRET is missing/);
    expect(problemsOf({ ...bot, SLACK_MODE: "socket" })).toContain("SLACK_APP_TOKEN is missing");
    expect(problemsOf({ ...secret, SLACK_CLIENT_ID: "1.2" })).toContain(
      "SLACK_CLIENT_SECRET and SLACK_STATE_SECRET missing",
    );
  });

  it("never repeat a secret in a problem", () => {
    expect(problemsOf({ SLACK_BOT_TOKEN: "hunter2", SLACK_SIGNING_SECRET: "hunter2" })).not.toContain(
      "hunter2",
    );
  });

  it("read lists, pairs and an address without its slash", () => {
    const settings = readSlackSettings({
      ...bot,
      ...secret,
      SLACK_ALLOWED_BOTS: "B1, B2,",
      SLACK_SIGNING_SECRETS: "A1:abcdefghijklmnopq:r, A2:abcdefghijklmnopqr",
      SLACK_API_URL: "http://127.0.0.1:1/api",
    });
    expect([...settings.allowedBots]).toEqual(["B1", "B2"]);
    expect(settings.otherSigningSecrets.get("A1")).toBe("abcdefghijklmnopq:r");
    expect(settings.apiUrl).toBe("http://127.0.0.1:1/api/");
  });

  it("count as given only when something is set", () => {
    expect(isSlackConfigured({ SLACK_BOT_TOKEN: " " })).toBe(false);
    expect(isSlackConfigured(bot)).toBe(true);
  });
});

describe("Slack's manifest", () => {
  it("asks for addresses over HTTP and for none over sockets", () => {
    const http = createSlackManifest({ mode: "http", publicUrl: "https://b.example", tokenRotation: false });
    expect(http).toMatchObject({
      settings: {
        event_subscriptions: { request_url: "https://b.example/slack/events" },
        interactivity: { request_url: "https://b.example/slack/interactions" },
        socket_mode_enabled: false,
      },
      oauth_config: { redirect_urls: ["https://b.example/slack/oauth_redirect"] },
    });
    const sockets = createSlackManifest({ mode: "socket", publicUrl: undefined, tokenRotation: false });
    expect(JSON.stringify(sockets)).not.toContain("https://");
  });
});
