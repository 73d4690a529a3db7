import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createSlackChannel } from "../../../channels/slack/index.ts";
import { createMembersOf } from "../../../channels/slack/members.ts";
import { createPeople } from "../../../channels/slack/people.ts";
import type { SlackWeb } from "../../../channels/slack/web.ts";
import { readSlackSettings } from "../../../channels/slack/settings.ts";
import { addUsergroups, addUsers } from "../../../simulators/slack/load-seed.ts";
import { seedTeams } from "../../../simulators/slack/seed.ts";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import type { Channel, Group } from "../../../src/core/channel.ts";
import { PermanentError, TransientError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import { channelGroupContract, type GroupStage } from "../../contract/channel-groups.ts";
import { anInstallation, createInstallations } from "./slack-harness.ts";

const [acme] = seedTeams;
if (acme === undefined) throw new Error("the simulator has no workspace");
const crowd = Array.from({ length: 230 }, (_, index) => ({
  id: `U0CROWD${String(index).padStart(4, "0")}`,
  name: `c${index}`,
}));
const teams = [
  {
    ...acme,
    users: [
      ...acme.users,
      ...crowd,
      { id: "U0GONE00001", name: "Gone", deleted: true },
      { id: "U0PAGER0001", name: "pager", isBot: true },
      { id: "U0ODD000001", name: "Eve" },
      { id: "U0GUEST0001", name: "Gus", isGuest: true },
    ],
    channels: [
      ...acme.channels,
      {
        id: "C0TRIAGE001",
        name: "triage",
        members: ["U0MIA000001", "U0GONE00001", "U0PAGER0001", "U0ODD000001", "U0GUEST0001"],
      },
      { id: "C0CROWD0001", name: "crowd", members: crowd.map(({ id }) => id) },
      { id: "C0HIDDEN001", name: "hidden", type: "group" as const, members: ["U0MIA000001"], bot: false },
    ],
    usergroups: [
      ...(acme.usergroups ?? []),
      { id: "S0OFF000001", handle: "off", users: ["U0MIA000001"], disabled: true },
      { id: "S0HUGE00001", handle: "huge", users: Array.from({ length: 501 }, (_, index) => `U${index}`) },
      { id: "S0STALE0001", handle: "stale", users: ["U0NOBODY001", "U0BEN000001"] },
    ],
  },
  { id: "T0PARTNER01", name: "Partner", users: [{ id: "U0PARTNER01", name: "Pia" }], channels: [] },
];
const shared = [
  {
    id: "C0SHARED001",
    name: "shared",
    teamIds: ["T0BATON0001", "T0PARTNER01"],
    members: ["U0BEN000001", "U0PARTNER01", "U0BATONBOT1"],
  },
];

let slack: SlackSimulator;
let channel: Channel;
beforeAll(async () => {
  slack = await startSlackSimulator({ teams, shared });
  channel = channelOf(slack);
});
afterAll(() => slack.stop());
beforeEach(() => slack.faults.clear());

function channelOf({ installation, app, apiUrl }: SlackSimulator): Channel {
  const { teamId, botToken, botUserId, botId } = installation;
  const credentials = { botToken, botUserId, botId, appId: app.appId, scopes: [] };
  return createSlackChannel({
    settings: readSlackSettings({
      SLACK_API_URL: apiUrl,
      SLACK_BOT_TOKEN: botToken,
      SLACK_SIGNING_SECRET: app.signingSecret,
      SLACK_PACE: "off",
    }),
    installations: createInstallations(anInstallation({ externalId: teamId, credentials })),
    log: silentLog,
  });
}

async function membersOf(kind: Group["kind"], id: string, from = channel) {
  return (await from.membersOf?.({ workspace: "T0BATON0001", kind, id })) ?? [];
}

const method = { usergroup: "usergroups.users.list", channel: "conversations.members" } as const;
const faultsOf = {
  cut: { kind: "cut" },
  "status 500": { kind: "status", status: 500 },
  limited: { kind: "rate_limit", retryAfterSeconds: 1 },
} as const;

/** Each group is a user group of its own, or a channel. */
function startStage(kind: "usergroup" | "channel") {
  return async (): Promise<GroupStage> => {
    const onStage = await startSlackSimulator();
    const { state } = onStage;
    const { teamId, botUserId } = onStage.installation;
    let made = 0;

    function addGroup(people: number, { withBot = true } = {}) {
      made += 1;
      const nth = made;
      const ids = Array.from(
        { length: people },
        (_, index) => `U${nth}PERSON${String(index).padStart(4, "0")}`,
      );
      const robot = `U${nth}ROBOT0001`;
      addUsers(state, teamId, [
        ...ids.map((id, index) => ({ id, name: `Person${nth}of${index}` })),
        { id: robot, name: `Robot${nth}`, isBot: true },
      ]);
      const id = `${kind === "channel" ? "C" : "S"}0GROUP00${nth}`;
      const members = [...ids, robot];
      if (kind === "usergroup")
        addUsergroups(state, teamId, [{ id, handle: `group-${nth}`, users: members }]);
      else {
        if (withBot) members.push(botUserId);
        state.addChannel({ id, name: `room-${nth}`, type: "group", teamIds: [teamId], members });
      }
      const group: Group = { workspace: teamId, kind, id };
      return { group, ids };
    }

    return {
      channel: channelOf(onStage),
      manyPeople: 230,
      group: (people) => Promise.resolve(addGroup(people)),
      async change({ id }, user, isIn) {
        if (kind === "usergroup") return onStage.regroups({ user, group: id, remove: !isIn });
        const change = { user, channel: id };
        await (isIn ? onStage.joins(change) : onStage.leaves(change)).delivered;
      },
      unreadable: [
        {
          why: "there is none of this id",
          group: async () => ({
            workspace: teamId,
            kind,
            id: kind === "channel" ? "C0NOBODY001" : "S0NOBODY001",
          }),
          remedy: kind === "channel" ? /invite the bot/ : /Copy group ID/,
        },
        {
          why: "no kind of Slack's",
          group: async () => ({ ...addGroup(1).group, kind: "role" }),
          remedy: /name a user group or a channel/,
        },
        {
          why: "a workspace that is not installed",
          group: async () => ({ ...addGroup(1).group, workspace: "T0NOBODY001" }),
          remedy: /install/,
        },
        ...(kind === "channel"
          ? [
              {
                why: "a private channel it was not invited to",
                group: async () => addGroup(1, { withBot: false }).group,
                remedy: /invite the bot/,
              },
            ]
          : []),
      ],
      fail: (how, times) => void onStage.faults.api({ method: method[kind], times, do: faultsOf[how] }),
      stop: () => onStage.stop(),
    };
  };
}

channelGroupContract("slack (a user group)", startStage("usergroup"));
channelGroupContract("slack (a channel)", startStage("channel"));

describe("who is in a group of Slack's", () => {
  it("is told of a user group, by their ids, with the names of their workspace", async () => {
    expect(await membersOf("usergroup", "S0SUPPORT01")).toEqual([
      { id: "U0MIA000001", name: "Mia" },
      { id: "U0BEN000001", name: "Ben" },
    ]);
    slack.regroups({ user: "Ana", group: "@support-team" });
    slack.regroups({ user: "Ben", group: "S0SUPPORT01", remove: true });
    expect((await membersOf("usergroup", "S0SUPPORT01")).map(({ name }) => name)).toEqual(["Mia", "Ana"]);
  });

  it("is told of a channel, without bots, Baton itself, guests and accounts that are switched off", async () => {
    expect(await membersOf("channel", "C0TRIAGE001")).toEqual([
      { id: "U0MIA000001", name: "Mia" },
      { id: "U0ODD000001", name: "Eve" },
    ]);
  });

  it("is told page by page, each one once", async () => {
    const before = slack.history().calls.length;
    const found = await membersOf("channel", "C0CROWD0001");
    expect(found.map(({ id }) => id).toSorted()).toEqual(crowd.map(({ id }) => id).toSorted());
    const pages = slack
      .history()
      .calls.slice(before)
      .filter(({ method }) => method === "conversations.members");
    expect(pages).toHaveLength(2);
    await membersOf("channel", "C0CROWD0001");
    const looked = slack
      .history()
      .calls.slice(before)
      .filter(({ method }) => method === "users.info");
    expect(looked).toHaveLength(crowd.length);
  });

  it("is nobody of another organization in a channel that is shared with it", async () => {
    expect((await membersOf("channel", "C0SHARED001")).map(({ id }) => id)).toEqual(["U0BEN000001"]);
  });

  it.each([
    [
      "another workspace of its organization",
      "T0OTHER0001",
      { enterprise_id: "E0ACME00001", teams: [] },
      true,
    ],
    ["it and another workspace", "T0OTHER0001", { teams: ["T0OTHER0001", "T0BATON0001"] }, true],
    ["another organization", "T0OTHER0001", { enterprise_id: "E0OTHER0001", teams: ["T0OTHER0001"] }, false],
  ])("is told of somebody of %s as their account says", async (_where, teamId, grid, counts) => {
    const answers: Readonly<Record<string, object>> = {
      "usergroups.users.list": { users: ["U0GRID00001"] },
      "users.info": { user: { id: "U0GRID00001", name: "gil", team_id: teamId, enterprise_user: grid } },
    };
    const web: Pick<SlackWeb, "call"> = {
      call: (method) => Promise.resolve({ ...answers[method] }),
    };
    const clientFor = () => Promise.resolve(web as SlackWeb);
    const found = await createMembersOf({
      clientFor,
      selfOf: () => Promise.resolve({ botUserId: "U0BATONBOT1", enterpriseId: "E0ACME00001" }),
      people: createPeople(clientFor),
    })({ workspace: "T0BATON0001", kind: "usergroup", id: "S0GRID00001" });
    expect(found.map(({ id }) => id)).toEqual(counts ? ["U0GRID00001"] : []);
  });

  it("is not asked for without end where Slack's list has none", async () => {
    const call = vi.fn<SlackWeb["call"]>(() =>
      Promise.resolve({ members: ["U0MIA000001"], response_metadata: { next_cursor: "again" } }),
    );
    const web: Pick<SlackWeb, "call"> = { call };
    const clientFor = () => Promise.resolve(web as SlackWeb);
    const reading = createMembersOf({
      clientFor,
      selfOf: () => Promise.resolve({ botUserId: "U0BATONBOT1" }),
      people: createPeople(clientFor),
    })({ workspace: "T0BATON0001", kind: "channel", id: "C0TRIAGE001" });
    await expect(reading).rejects.toBeInstanceOf(TransientError);
    expect(call.mock.calls.length).toBeLessThan(100);
  });

  it("is not who was switched off since, though a name is kept for an hour; several groups read at once ask once", async () => {
    let now = 0;
    const user = { id: "U0GIL000001", team_id: "T0BATON0001", deleted: false };
    const asked: string[] = [];
    const web: Pick<SlackWeb, "call"> = {
      call: (method) => {
        asked.push(method);
        return Promise.resolve(method === "users.info" ? { user: { ...user } } : { users: [user.id] });
      },
    };
    const clientFor = () => Promise.resolve(web as SlackWeb);
    const people = createPeople(clientFor, () => now);
    const selfOf = () => Promise.resolve({ botUserId: "U0BATONBOT1" });
    const membersOf = createMembersOf({ clientFor, selfOf, people });
    const read = () => membersOf({ workspace: "T0BATON0001", kind: "usergroup", id: "S0GRID00001" });
    expect(await read()).toHaveLength(1);
    expect(await read()).toHaveLength(1);
    expect(asked.filter((method) => method === "users.info")).toHaveLength(1);
    user.deleted = true;
    now += 9 * 60_000; // groups are read every ten minutes, a tenth earlier or later
    await people("T0BATON0001", user.id);
    expect(asked.filter((method) => method === "users.info")).toHaveLength(1);
    expect(await read()).toEqual([]);
  });

  it("is nobody where the user group is switched off; an account that is gone is left out", async () => {
    expect(await membersOf("usergroup", "S0OFF000001")).toEqual([]);
    expect((await membersOf("usergroup", "S0STALE0001")).map(({ id }) => id)).toEqual(["U0BEN000001"]);
  });

  it.each([
    ["a user group there is not", "usergroup", "S0NOBODY001", "no user group of the workspace has this id"],
    ["a private channel it was not invited to", "channel", "C0HIDDEN001", "invite the bot"],
    ["a channel there is not", "channel", "C0NOBODY001", "invite the bot"],
    ["more people than a team has", "usergroup", "S0HUGE00001", "more than 500 members"],
    ["a kind of other platforms", "role", "R1", "name a user group or a channel"],
    ["a kind of other platforms", "team", "T1", "name a user group or a channel"],
  ] as const)("is refused with what to change: %s", async (_what, kind, id, remedy) => {
    const asked = membersOf(kind, id);
    await expect(asked).rejects.toBeInstanceOf(PermanentError);
    await expect(asked).rejects.toThrow(remedy);
  });

  it("is refused with the scope that is missing", async () => {
    const bot = acme?.bot;
    if (acme === undefined || bot === undefined) throw new Error("no bot");
    const poor = await startSlackSimulator({ teams: [{ ...acme, bot: { ...bot, scopes: ["users:read"] } }] });
    const asked = membersOf("usergroup", "S0SUPPORT01", channelOf(poor));
    await expect(asked).rejects.toThrow("missing_scope (needs usergroups:read");
    await expect(asked).rejects.toBeInstanceOf(PermanentError);
    await poor.stop();
  });

  it("is to be asked again where Slack is away, or limits how much is asked", async () => {
    slack.faults.api({
      method: "usergroups.users.list",
      do: { kind: "status", status: 503, when: "before" },
      times: 1,
    });
    await expect(membersOf("usergroup", "S0SUPPORT01")).rejects.toBeInstanceOf(TransientError);
    slack.faults.api({
      method: "usergroups.users.list",
      do: { kind: "rate_limit", retryAfterSeconds: 1 },
      times: 1,
    });
    await expect(membersOf("usergroup", "S0SUPPORT01")).rejects.toMatchObject({ retryAfterMs: 1_000 });
  });
});
