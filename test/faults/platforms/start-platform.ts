import type { ChannelName } from "../../../src/core/envelope.ts";
import { startDiscord } from "./discord.ts";
import type { Platform } from "./platform.ts";
import { startSlack } from "./slack.ts";
import { startTeams } from "./teams.ts";
import { startWeb } from "./web.ts";

const starts: Readonly<Record<ChannelName, () => Promise<Platform>>> = {
  slack: startSlack,
  discord: startDiscord,
  teams: startTeams,
  web: startWeb,
};

/** Starts the local stand-in of a platform. */
export function startPlatform(name: ChannelName): Promise<Platform> {
  return starts[name]();
}
