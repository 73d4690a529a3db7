/** What a close code of the gateway means to an operator. */
export type Closing =
  { readonly isFinal: false } | { readonly isFinal: true; readonly what: string; readonly fix: string };

/** Discord's own list: after these a bot must not come back as it is. */
export function explainClose(code: number): Closing {
  const known = final[code];
  return known === undefined ? { isFinal: false } : { isFinal: true, ...known };
}

const portal = "Developer Portal → your application → Bot";

const final: Readonly<Record<number, { readonly what: string; readonly fix: string }>> = {
  4004: {
    what: "the bot token is not valid",
    fix: `${portal} → Reset Token; set it as DISCORD_BOT_TOKEN and start Baton again`,
  },
  4010: {
    what: "the shard is not valid",
    fix: "set DISCORD_SHARDS below DISCORD_SHARD_COUNT and start Baton again",
  },
  4011: {
    what: "the bot is in too many servers for one connection",
    fix: "leave DISCORD_SHARD_COUNT out, or raise it, and start Baton again",
  },
  4012: { what: "the gateway's version is no longer spoken", fix: "update Baton" },
  4013: {
    what: "the intents are not valid",
    fix: "update Baton: it asked for an intent Discord does not know",
  },
  4014: {
    what: "the bot may not have an intent it needs",
    fix: `enable MESSAGE CONTENT in the Developer Portal (${portal} → Privileged Gateway Intents) and start Baton again`,
  },
};
