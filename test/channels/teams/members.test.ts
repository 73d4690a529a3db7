import { expect, it } from "vitest";
import type { Connector } from "../../../channels/teams/connector.ts";
import { createMembersOf } from "../../../channels/teams/members.ts";
import type { Group } from "../../../src/core/channel.ts";
import { PermanentError } from "../../../src/core/errors.ts";
import { channelGroupContract, type GroupStage } from "../../contract/channel-groups.ts";
import { simulate } from "./teams-stage.ts";

const refuse = (): Promise<never> => Promise.reject(new Error("not asked here"));
const unused: Connector = {
  create: refuse,
  update: refuse,
  remove: refuse,
  openPersonal: refuse,
  members: refuse,
};

const faults = {
  cut: { kind: "cut" },
  "status 500": { kind: "status", status: 500 },
  limited: { kind: "rate_limit", retryAfterSeconds: 0.2 },
} as const;

/** Each group is a team of its own, or a private channel in one. */
function startStage(kind: "team" | "channel") {
  return async (): Promise<GroupStage> => {
    const { teams, channel, installations, stop } = await simulate();
    const workspace = teams.app.tenantId;
    const { serviceUrl } = teams;
    await installations.save({ externalId: workspace, name: "Contoso", credentials: { serviceUrl } });
    let made = 0;

    function addGroup(people: number, botInstalled = true) {
      made += 1;
      const names = Array.from({ length: people }, (_, index) => `Person ${made}-${index}`);
      const inside = [...names, `Robot ${made}`];
      const [general, special] = teams.addTeam({
        name: `Team ${made}`,
        people: [
          ...names.map((name) => ({ name })),
          { name: `Robot ${made}`, isBot: true },
          ...(kind === "channel" ? [{ name: `Outsider ${made}` }] : []),
        ],
        channels: kind === "channel" ? [{ name: `Secret ${made}`, members: inside }] : [],
        botInstalled,
      });
      const id = (kind === "channel" ? special : general)?.id ?? "";
      if (kind === "channel" && botInstalled)
        for (const one of teams.state.conversations.values()) if (one.id === id) one.botInstalled = true;
      const group: Group = { workspace, kind, id };
      return { group, ids: names.map((name) => teams.state.findPerson(name).id) };
    }

    return {
      channel,
      manyPeople: 520,
      group: (people) => Promise.resolve(addGroup(people)),
      async change({ id }, user, isIn) {
        const change = { conversation: id, user };
        await (isIn ? teams.memberAdded(change) : teams.memberRemoved(change)).delivered;
      },
      unreadable: [
        {
          why: "the app is not in it",
          group: async () => addGroup(1, false).group,
          remedy: /add the app to the team, and to the channel itself where it is private or shared/,
        },
        {
          why: "there is none of this id",
          group: async () => ({ workspace, kind, id: "19:nothing@thread.tacv2" }),
          remedy: /check the id, and add the app/,
        },
        {
          why: "a group chat, whose people anybody in it can change",
          group: async () => ({ workspace, kind, id: "19:launch@thread.v2" }),
          remedy: kind === "team" ? /Get link to team/ : /Get link to channel/,
        },
        {
          why: "the id of the group behind the team",
          group: async () => ({ workspace, kind, id: "00000000-1111-4222-8333-444444444444" }),
          remedy: /19:…@thread\.tacv2/,
        },
        {
          why: "no kind of Teams'",
          group: async () => ({ workspace, kind: "usergroup", id: "19:nothing@thread.tacv2" }),
          remedy: /name a team, or a channel of one/,
        },
        {
          why: "a tenant nobody wrote from yet",
          group: async () => ({ ...addGroup(1).group, workspace: "b2c3d4e5-f6a7-4890-9bcd-ef1234567891" }),
          remedy: /write to Baton in Teams once/,
        },
      ],
      fail: (how, times) => void teams.faults.api({ operation: "members.list", times, do: faults[how] }),
      stop,
    };
  };
}

channelGroupContract("teams (a team)", startStage("team"));
channelGroupContract("teams (a private channel)", startStage("channel"));

it("knows the team's people in each of its standard channels, no guests, by the ids they write under", async () => {
  const { teams, channel, stop } = await simulate();
  const senders: string[] = [];
  await channel.start((envelope) => {
    if (envelope.kind === "message") senders.push(envelope.sender.id);
    return Promise.resolve({ kind: "accepted" });
  });
  const [general, desk] = teams.addTeam({
    name: "Desk",
    people: [{ name: "Pia Roth" }, { name: "Gus Vale", isGuest: true }],
    channels: [{ name: "Front desk" }],
  });
  const workspace = teams.app.tenantId;
  for (const user of ["Pia Roth", "Gus Vale"])
    await teams.userSays({ user, conversation: desk?.id ?? "", text: "hello", mentionsBot: true }).delivered;
  for (const group of [
    { workspace, kind: "team", id: general?.id ?? "" },
    { workspace: workspace.toUpperCase(), kind: "channel", id: desk?.id ?? "" },
  ] as const) {
    const found = (await channel.membersOf?.(group)) ?? [];
    expect(found.map(({ name }) => name)).toEqual(["Pia Roth"]);
    expect(found.map(({ id }) => id)).toEqual(senders.slice(0, 1));
  }
  await stop();
});

it.each([
  ["a guest, however that is written", { userRole: "Guest" }],
  ["somebody without an account", { userRole: "anonymous" }],
  ["somebody of another tenant in a shared channel", { tenantId: "b2c3d4e5-f6a7-4890-9bcd-ef1234567891" }],
])("counts not %s", async (_who, about) => {
  const workspace = "A1B2C3D4-E5F6-7890-ABCD-EF1234567890";
  const own = { userRole: "user", tenantId: workspace.toLowerCase() };
  const members = [
    { id: "29:pia", name: "Pia Roth", ...own },
    { id: "29:odd", name: "Odd One", ...own, ...about },
  ];
  const connector = { members: () => Promise.resolve({ members, next: undefined }) };
  const membersOf = createMembersOf(() => Promise.resolve({ ...unused, ...connector }));
  const found = await membersOf({ workspace, kind: "team", id: "19:desk@thread.tacv2" });
  expect(found).toEqual([{ id: "29:pia", name: "Pia Roth" }]);
});

it("has no service address before the first message, and says so without a call", async () => {
  const { teams, channel, installations, stop } = await simulate();
  const workspace = teams.app.tenantId;
  await installations.save({ externalId: workspace, name: "Contoso", credentials: undefined });
  const [general] = teams.addTeam({ name: "Desk", people: [] });
  const reading = channel.membersOf?.({ workspace, kind: "team", id: general?.id ?? "" });
  await expect(reading).rejects.toThrow(/not known before its first message/);
  await expect(reading).rejects.toBeInstanceOf(PermanentError);
  expect(teams.history().calls).toEqual([]);
  await stop();
});
