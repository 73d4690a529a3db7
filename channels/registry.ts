import type { Channel, Installations, OpenTicket } from "../src/core/channel.ts";
import type { FormDesk } from "../src/core/deck.ts";
import type { ChannelName } from "../src/core/envelope.ts";
import type { Leases } from "../src/core/leases.ts";
import type { Log } from "../src/core/log.ts";
import type { Transcript } from "../src/core/transcript.ts";
import type { WebDoor } from "../src/core/web-door.ts";
import { createDiscordChannel } from "./discord/index.ts";
import type { DiscordSettings } from "./discord/settings.ts";
import { createSlackChannel } from "./slack/index.ts";
import type { SlackSettings } from "./slack/settings.ts";
import { createTeamsChannel } from "./teams/index.ts";
import type { TeamsSettings } from "./teams/settings.ts";
import { createWebChannel } from "./web/index.ts";
import type { WebSettings } from "./web/settings.ts";

/** Each platform's settings, by name; undefined where it is not set up. */
export interface ChannelSettings {
  readonly slack: SlackSettings | undefined;
  readonly discord: DiscordSettings | undefined;
  readonly teams: TeamsSettings | undefined;
  readonly web: WebSettings | undefined;
}

/** What every channel gets from the house. */
export interface ChannelHouse {
  installationsOf(channel: ChannelName): Installations;
  /** What visitors of web sites see. */
  readonly transcript: Transcript;
  /** Where they come in. */
  readonly webDoor: WebDoor;
  /** What only one process may do, such as holding a platform's single connection. */
  readonly leases: Leases;
  /** Gives the bytes of a file of ours to a platform that asks for them later. */
  readonly openTicket: OpenTicket;
  /** What the forms of a channel ask for. */
  formsOf(channel: ChannelName): FormDesk;
  readonly log: Log;
}

/** Every channel there is: how to make it from its settings. */
export const channelModules = {
  slack: (settings: SlackSettings, { installationsOf, formsOf, log }: ChannelHouse): Channel =>
    createSlackChannel({ settings, installations: installationsOf("slack"), formOf: formsOf("slack"), log }),
  discord: (settings: DiscordSettings, { installationsOf, formsOf, leases, log }: ChannelHouse): Channel =>
    createDiscordChannel({
      settings,
      installations: installationsOf("discord"),
      formOf: formsOf("discord"),
      leases,
      log,
    }),
  teams: (settings: TeamsSettings, { installationsOf, formsOf, openTicket, log }: ChannelHouse): Channel =>
    createTeamsChannel({
      settings,
      installations: installationsOf("teams"),
      formOf: formsOf("teams"),
      openTicket,
      log,
    }),
  web: (settings: WebSettings, { installationsOf, transcript, webDoor: door, log }: ChannelHouse): Channel =>
    createWebChannel({ settings, installations: installationsOf("web"), transcript, door, log }),
} as const;

/** The channels that are set up. */
export function createChannels(
  settings: ChannelSettings,
  house: ChannelHouse,
): ReadonlyMap<ChannelName, Channel> {
  const channels: Channel[] = [];
  if (settings.slack !== undefined) channels.push(channelModules.slack(settings.slack, house));
  if (settings.discord !== undefined) channels.push(channelModules.discord(settings.discord, house));
  if (settings.teams !== undefined) channels.push(channelModules.teams(settings.teams, house));
  if (settings.web !== undefined) channels.push(channelModules.web(settings.web, house));
  return new Map(channels.map((channel) => [channel.name, channel]));
}
