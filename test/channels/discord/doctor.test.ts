import { afterEach, describe, expect, it } from "vitest";
import { readDiscordSettings } from "../../../channels/discord/settings.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { checkDiscord } from "../../../src/doctor/check-discord.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function findingsWith(
  env: Record<string, string> = {},
  options: Parameters<typeof startDiscordSimulator>[0] = {},
) {
  const discord = await startDiscordSimulator(options);
  closers.push(() => discord.stop());
  const settings = readDiscordSettings({
    DISCORD_BOT_TOKEN: discord.app.botToken,
    DISCORD_API_URL: discord.apiUrl,
    ...env,
  });
  const findings = await checkDiscord(settings);
  return (check: string) => findings.find((finding) => finding.check === check);
}

describe("What the doctor says of Discord", () => {
  it("is well when the token is good, and says how many sessions are left", async () => {
    const find = await findingsWith();
    expect(find("discord")).toMatchObject({ state: "ok" });
    expect(find("discord sessions")).toMatchObject({ state: "ok" });
    expect(await checkDiscord(undefined)).toEqual([]);
  });

  it("names the setting that is wrong and how to mend it", async () => {
    const token = await findingsWith({ DISCORD_BOT_TOKEN: "MTMwMDAwMDAw.wrong.0000000000000" });
    expect(token("discord")).toMatchObject({
      state: "failure",
      detail: expect.stringContaining("DISCORD_BOT_TOKEN"),
    });
    const other = await findingsWith({ DISCORD_APPLICATION_ID: "1400000000000000001" });
    expect(other("discord application")).toMatchObject({ state: "failure" });
    const far = await findingsWith({ DISCORD_API_URL: "http://127.0.0.1:1" });
    expect(far("discord")).toMatchObject({
      state: "failure",
      detail: expect.stringContaining("127.0.0.1:1"),
    });
    const spent = await findingsWith({}, { identifyBudget: 0 });
    expect(spent("discord sessions")).toMatchObject({ state: "failure" });
  });
});
