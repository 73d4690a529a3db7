import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSimulatedWorkspace, type SimulatedWorkspace } from "../../simulators/simulated-workspace.ts";

const companies = [
  { slug: "cinema", name: "City Cinemas" },
  { slug: "catering", name: "MyHibachi" },
];
let simulated: SimulatedWorkspace;
beforeAll(async () => {
  simulated = await startSimulatedWorkspace({ hasModel: true, companies });
});
afterAll(() => simulated?.stop());

function pageOf(slug: string, platform: "slack" | "discord" | "teams") {
  const page = simulated.companies.get(slug)?.workspaces[platform];
  if (page === undefined) throw new Error(`no ${platform} of ${slug}`);
  return page;
}

describe("companies with workspaces of their own", () => {
  it.each(["slack", "discord", "teams"] as const)("have their own people and channels on %s", (platform) => {
    const [cinema, catering] = [pageOf("cinema", platform), pageOf("catering", platform)];
    expect(cinema.describe().workspace).toBe("City Cinemas");
    expect(catering.describe().workspace).toBe("MyHibachi");
    expect(cinema.describe().people.map(({ isStaff }) => isStaff)).toEqual([false, false, true]);
    const channels = (page: typeof cinema) => page.describe().channels.map(({ id }) => id);
    expect(channels(cinema).length).toBeGreaterThan(0);
    expect(channels(cinema).filter((id) => channels(catering).includes(id))).toEqual([]);
  });

  it.each(["slack", "discord", "teams"] as const)("are told nothing of each other on %s", (platform) => {
    const [cinema, catering] = [pageOf("cinema", platform), pageOf("catering", platform)];
    const told = { cinema: 0, catering: 0 };
    const listening = [
      cinema.onChange(({ kind }) => (told.cinema += Number(kind === "message"))),
      catering.onChange(({ kind }) => (told.catering += Number(kind === "message"))),
    ];
    const { people, channels } = cinema.describe();
    cinema.says({ user: people[0]?.id ?? "", channel: channels[0]?.id ?? "", text: "hello" });
    for (const stop of listening) stop();
    expect(told).toEqual({ cinema: 1, catering: 0 });
  });

  it("have a place in Slack that their staff alone read, and another one each", () => {
    const rooms = [simulated, ...simulated.companies.values()].map(({ staffRoom, workspaces }) => {
      const { people = [], channels = [] } = workspaces.slack?.describe() ?? {};
      const members = channels.find(({ id }) => id === staffRoom?.id)?.members ?? [];
      const readers = people.filter(({ id }) => members.includes(id));
      expect(readers.length).toBeGreaterThan(0);
      expect(readers.every(({ isStaff }) => isStaff)).toBe(true);
      return `${staffRoom?.workspace} ${staffRoom?.id}`;
    });
    expect(new Set(rooms).size).toBe(3);
  });

  it("have one colleague, who is Mia with an account on each platform", () => {
    for (const { staff } of [simulated, ...simulated.companies.values()]) {
      expect(staff.map(({ name }) => name)).toEqual(["Mia Braun"]);
      const channels = new Set(staff[0]?.accounts.map(({ channel }) => channel));
      expect([...channels]).toEqual(["slack", "discord", "teams"]);
    }
  });

  it("name each workspace once, under the id by which Baton knows it", () => {
    const ids = [...simulated.companies.values()].flatMap(({ installations }) =>
      installations.map(({ channel, id }) => `${channel} ${id}`),
    );
    expect(new Set(ids).size).toBe(6);
    expect(simulated.env["TEAMS_ALLOWED_TENANTS"]?.split(",")).toHaveLength(3);
  });
});
