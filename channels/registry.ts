import type { Channel, Installations } from "../src/core/channel.ts";
import type { ChannelName } from "../src/core/envelope.ts";
import type { Log } from "../src/core/log.ts";
import { createSlackChannel } from "./slack/index.ts";
import type { SlackSettings } from "./slack/settings.ts";

/** Each platform's settings, by name; undefined where it is not set up. */
export interface ChannelSettings {
  readonly slack: SlackSettings | undefined;
}

/** What every channel gets from the house. */
export interface ChannelHouse {
  installationsOf(channel: ChannelName): Installations;
  readonly log: Log;
}

/** Every channel there is: how to make it from its settings. */
export const channelModules = {
  slack: (settings: SlackSettings, { installationsOf, log }: ChannelHouse): Channel =>
    createSlackChannel({ settings, installations: installationsOf("slack"), log }),
} as const;

/** The channels that are set up. */
export function createChannels(
  settings: ChannelSettings,
  house: ChannelHouse,
): ReadonlyMap<ChannelName, Channel> {
  const channels: Channel[] = [];
  if (settings.slack !== undefined) channels.push(channelModules.slack(settings.slack, house));
  return new Map(channels.map((channel) => [channel.name, channel]));
}
