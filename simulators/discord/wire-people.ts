import type { Guild, Member, Role, User } from "./model.ts";

type Fields = Record<string, unknown>;

/** The user object of REST and events. */
export function toWireUser(user: User): Fields {
  return {
    id: user.id,
    username: user.username,
    discriminator: user.discriminator,
    global_name: user.globalName,
    avatar: null,
    avatar_decoration_data: null,
    collectibles: null,
    display_name_styles: null,
    clan: null,
    primary_guild: null,
    public_flags: 0,
    ...(user.bot ? { bot: true } : {}),
  };
}

/** The member object without its user, as it travels beside an author. */
export function toWireMember(member: Member): Fields {
  return {
    roles: member.roles.slice(),
    nick: member.nick,
    avatar: null,
    banner: null,
    joined_at: toTimestamp(member.joinedAt),
    premium_since: null,
    communication_disabled_until: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: 0,
  };
}

/** The member object with its user. */
export function toWireGuildMember(member: Member, user: User): Fields {
  return { ...toWireMember(member), user: toWireUser(user) };
}

export function toWireRole(role: Role): Fields {
  return {
    id: role.id,
    name: role.name,
    description: null,
    permissions: role.permissions.toString(),
    position: role.position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    managed: role.managed,
    mentionable: role.mentionable,
    flags: 0,
  };
}

/** The guild object of REST. */
export function toWireGuild(guild: Guild): Fields {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    banner: null,
    description: null,
    owner_id: guild.ownerId,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 1,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    roles: [...guild.roles.values()].map(toWireRole),
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    vanity_url_code: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    premium_progress_bar_enabled: false,
    preferred_locale: "en-US",
    nsfw_level: 0,
    nsfw: false,
    region: "deprecated",
    max_members: 500_000,
  };
}

/** A time as the platform writes it. */
export function toTimestamp(at: number): string {
  return new Date(at).toISOString().replace("Z", "000+00:00");
}
