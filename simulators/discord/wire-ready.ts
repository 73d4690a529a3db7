import { gatewayUrl } from "./rest/applications.ts";
import type { State } from "./state.ts";
import { toWireUser } from "./wire-people.ts";

/** READY without its session: who the bot is, and the guilds of its shard, not loaded yet. */
export function toReady(
  state: State,
  { url, shard, flags }: { url: string; shard: readonly [number, number]; flags: number },
): Record<string, unknown> {
  const [id, count] = shard;
  const guilds = [...state.guilds.values()].filter(
    (guild) => Number((BigInt(guild.id) >> 22n) % BigInt(count)) === id,
  );
  return {
    v: 10,
    user: {
      ...toWireUser(state.findUser(state.app.botUserId)),
      verified: true,
      mfa_enabled: true,
      email: null,
    },
    user_settings: {},
    session_type: "normal",
    resume_gateway_url: `${gatewayUrl(url)}/resume`,
    relationships: [],
    private_channels: [],
    presences: [],
    guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
    guild_join_requests: [],
    geo_ordered_rtc_regions: [],
    game_relationships: [],
    application: { id: state.app.applicationId, flags },
    auth: {},
    shard,
    _trace: ["simulator"],
  };
}
