import { expect, it } from "vitest";
import { createMembersOf } from "../../../channels/discord/members.ts";
import { createDiscordPacer } from "../../../channels/discord/pace.ts";
import { createDiscordWeb } from "../../../channels/discord/web.ts";
import { toUser } from "../../../simulators/discord/seed.ts";
import type { GuildSeed } from "../../../simulators/discord/seed.ts";
import { PermanentError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import { channelGroupContract, type GroupStage } from "../../contract/channel-groups.ts";
import { setUp } from "./discord-harness.ts";

const supporters = "1300000000000000021";

/** A server in which some have a role, one bot among them, and somebody has another one. */
function aServer(people: number, nth = 0): GuildSeed & { readonly ids: readonly string[] } {
  const first = 1_400_000_000_000_000_000n + BigInt(nth) * 10_000_000n;
  const ids = Array.from({ length: people }, (_, index) => String(first + BigInt(index)));
  return {
    ids,
    name: `Server ${nth}`,
    roles: [{ id: supporters, name: "Supporters" }, { name: "Others" }],
    people: [
      ...ids.map((id, index) => ({ id, name: `Person${nth}of${index}`, roles: ["Supporters"] })),
      { name: `Robot${nth}`, bot: true, roles: ["Supporters"] },
      { name: `Stranger${nth}`, roles: ["Others"] },
    ],
  };
}

async function startStage(): Promise<GroupStage> {
  const { discord, channel, stop } = await setUp({ simulator: { rateLimits: false } });
  let servers = 0;
  const addServer = (people: number) => {
    const seed = aServer(people, (servers += 1));
    const { id } = discord.addGuild(seed);
    return { group: { workspace: id, kind: "role", id: supporters } as const, ids: seed.ids };
  };
  const route = "GET /guilds/:guild/members";
  const faults = {
    cut: { kind: "cut" },
    "status 500": { kind: "status", status: 500 },
    limited: { kind: "rate_limit", retryAfterSeconds: 0.2 },
  } as const;
  return {
    channel,
    manyPeople: 1_050,
    group: (people) => Promise.resolve(addServer(people)),
    async change({ workspace, id }, user, isIn) {
      await discord.givesRole({ user, role: id, guildId: workspace, remove: !isIn }).delivered;
    },
    unreadable: [
      {
        why: "no such server",
        group: async () => ({ ...addServer(1).group, workspace: "1300000000000009999" }),
        remedy: /invite the bot/,
      },
      {
        why: "no such role",
        group: async () => ({ ...addServer(1).group, id: "1300000000000009998" }),
        remedy: /has no role 1300000000000009998: .*Copy Role ID/,
      },
      {
        why: "the role of everybody",
        group: async () => {
          const { group } = addServer(1);
          return { ...group, id: group.workspace };
        },
        remedy: /everybody in the server has: name one that only colleagues have/,
      },
      {
        why: "a name in the place of the id",
        group: async () => ({ ...addServer(1).group, id: "Supporters/../.." }),
        remedy: /are digits: .*Copy Role ID/,
      },
      {
        why: "a channel",
        group: async () => ({ ...addServer(1).group, kind: "channel", id: "1300000000000000301" }),
        remedy: /give colleagues a role, and name the role's id/,
      },
      {
        why: "the intent is off",
        group: async () => {
          discord.configure({ privilegedIntents: { ...discord.settings.privilegedIntents, members: false } });
          return addServer(1).group;
        },
        remedy: /turn SERVER MEMBERS INTENT on/,
      },
    ],
    fail: (how, times) => void discord.faults.rest({ route, times, do: faults[how] }),
    stop,
  };
}

channelGroupContract("discord", startStage);

it("goes on where it stood when Discord limits a long walk through a server", async () => {
  const { discord, channel, stop } = await setUp({
    simulator: { rateLimits: { routes: { "GET /guilds/:guild/members": { limit: 1, perMs: 300 } } } },
  });
  const { ids, ...seed } = aServer(2_100);
  const { id } = discord.addGuild(seed);
  const found = await channel.membersOf?.({ workspace: id, kind: "role", id: supporters });
  expect(found?.map((member) => member.id).toSorted()).toEqual(ids.toSorted());
  const asked = discord.history().calls.filter(({ route }) => route === "GET /guilds/:guild/members");
  expect(asked.length).toBeLessThan(10);
  await stop();
});

it("never gives a part of a server that is too large to be gone through", async () => {
  const { discord, settings, stop } = await setUp({ simulator: { rateLimits: false } });
  const { id } = discord.addGuild(aServer(1_050));
  const pacer = createDiscordPacer({ pace: "off" });
  const web = createDiscordWeb({
    token: settings.botToken,
    apiUrl: settings.apiUrl,
    log: silentLog,
    pacer,
  });
  const reading = createMembersOf(web, { pages: 1 })({ workspace: id, kind: "role", id: supporters });
  await expect(reading).rejects.toThrow(/more than 1000 members: name colleagues one by one/);
  await expect(reading).rejects.toBeInstanceOf(PermanentError);
  await stop();
});

it("calls people as the server does", async () => {
  const { discord, channel, stop } = await setUp({ simulator: { rateLimits: false } });
  const ids = ["1400000000000000001", "1400000000000000002"];
  const { id } = discord.addGuild({
    name: "Named",
    roles: [{ id: supporters, name: "Supporters" }],
    people: [
      { id: ids[0] ?? "", name: "Noor", nick: "Noor (Support)", roles: ["Supporters"] },
      { id: ids[1] ?? "", name: "Olu", roles: ["Supporters"] },
    ],
  });
  expect(await channel.membersOf?.({ workspace: id, kind: "role", id: supporters })).toEqual([
    { id: ids[0], name: "Noor (Support)" },
    { id: ids[1], name: toUser({ name: "Olu" }).globalName },
  ]);
  await stop();
});
