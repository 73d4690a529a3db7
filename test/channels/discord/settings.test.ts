import { describe, expect, it } from "vitest";
import { isDiscordConfigured, readDiscordSettings } from "../../../channels/discord/settings.ts";

const token = "MTMwMDAwMDAwMDAwMDAwMDEwMA.Baton0.simulator-bot-token-0001";

describe("Discord's settings", () => {
  it("need nothing but a token, and take off the word in front of it", () => {
    expect(readDiscordSettings({ DISCORD_BOT_TOKEN: `Bot ${token}` })).toMatchObject({
      botToken: token,
      apiUrl: "https://discord.com/api",
      publicKey: undefined,
      shards: undefined,
      pace: "platform",
    });
  });

  it("take an API address with or without its version, and a range of shards", () => {
    const settings = readDiscordSettings({
      DISCORD_BOT_TOKEN: token,
      DISCORD_API_URL: "http://127.0.0.1:1/api/v10/",
      DISCORD_SHARDS: "2-3",
      DISCORD_SHARD_COUNT: "8",
      DISCORD_ALLOWED_BOTS: "1, 2",
    });
    expect(settings).toMatchObject({
      apiUrl: "http://127.0.0.1:1/api",
      shards: { start: 2, end: 3 },
      shardCount: 8,
    });
    expect([...settings.allowedBots]).toEqual(["1", "2"]);
  });

  it("tell every problem at once, each with its remedy, and no secret", () => {
    const read = () =>
      readDiscordSettings({
        DISCORD_BOT_TOKEN: "not-a-token",
        DISCORD_PUBLIC_KEY: "abc",
        DISCORD_APPLICATION_ID: "baton",
        DISCORD_SHARDS: "4-2",
        DISCORD_SHARD_COUNT: "8",
      });
    expect(read).toThrow(/DISCORD_BOT_TOKEN.*reset and copy/);
    expect(read).toThrow(/DISCORD_PUBLIC_KEY.*Public Key/);
    expect(read).toThrow(/DISCORD_APPLICATION_ID.*Application ID/);
    expect(read).toThrow(/DISCORD_SHARDS must not end/);
    expect(read).not.toThrow(/not-a-token/);
    expect(() => readDiscordSettings({ DISCORD_PUBLIC_KEY: "0".repeat(64) })).toThrow(
      /DISCORD_BOT_TOKEN is missing/,
    );
    expect(() => readDiscordSettings({ DISCORD_BOT_TOKEN: token, DISCORD_SHARDS: "1" })).toThrow(
      /DISCORD_SHARD_COUNT is missing/,
    );
  });

  it("say whether Discord is meant to be served at all", () => {
    expect(isDiscordConfigured({ DISCORD_BOT_TOKEN: "x" })).toBe(true);
    expect(isDiscordConfigured({ DISCORD_BOT_TOKEN: " ", SLACK_BOT_TOKEN: "x" })).toBe(false);
  });
});
