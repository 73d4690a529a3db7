import { Client, GatewayIntentBits, Options, Partials } from "discord.js";
import type { ClientOptions } from "discord.js";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";

/** A real discord.js client that is logged in, its re-posts switched off. */
export async function login(
  discord: DiscordSimulator,
  more: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = createClient(discord, more);
  const ready = new Promise<Client<true>>((resolve) => client.once("clientReady", resolve));
  await client.login(discord.app.botToken);
  return ready;
}

export function createClient(discord: DiscordSimulator, more: Partial<ClientOptions> = {}): Client {
  return new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.GuildMessageReactions,
      GatewayIntentBits.DirectMessages,
      GatewayIntentBits.DirectMessageReactions,
      GatewayIntentBits.MessageContent,
    ],
    partials: [Partials.Channel, Partials.Message, Partials.Reaction, Partials.User],
    makeCache: Options.cacheWithLimits(Options.DefaultMakeCacheSettings),
    ...more,
    rest: { api: discord.apiUrl, version: "10", retries: 0, ...more.rest },
  });
}
