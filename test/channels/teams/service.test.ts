import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { openHouse, type House } from "../../support/house.ts";
import { teamsEnvironment } from "../../support/teams-environment.ts";

const answerMs = 1_500;
let teams: TeamsSimulator;
let house: House;

beforeAll(async () => {
  teams = await startTeamsSimulator({
    timeScale: 0.01,
    streamIntervalMs: 0,
    streamLifeMs: 60_000,
    deliveryTimeoutMs: 20_000,
  });
  house = await openHouse({
    model: { firstTokenMs: answerMs, tokensPerSecond: 25 },
    env: teamsEnvironment(teams),
  });
  teams.configure({ endpoint: `${house.service.url()}/teams/messages` });
}, 60_000);

afterAll(async () => {
  await house?.stop();
  await teams?.stop();
});

/** Resolves with the bot's finished messages there, once there is one. */
function answersIn(conversation: string, thread?: string) {
  return teams.waitFor(() => {
    const said = teams.botReplies(conversation, thread);
    return said.length > 0 && said.every(({ streaming }) => !streaming) && said;
  }, 30_000);
}

describe("Baton in Teams, from the question to the answer", () => {
  it("acknowledges before it answers, and answers a mention once, in its thread", async () => {
    const asked = performance.now();
    const said = teams.userSays({
      user: "Ana",
      conversation: "#Helpdesk",
      text: "How do I get a badge?",
      mentionsBot: true,
    });
    const [record] = await said.delivered;
    expect(record).toMatchObject({ acked: true, status: 200 });
    // The acknowledgement came while the answer could not even have begun.
    expect(teams.botReplies("#Helpdesk", said.id)).toEqual([]);
    const answers = await answersIn("#Helpdesk", said.id);
    expect(performance.now() - asked).toBeGreaterThan(answerMs);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.text).toMatch(/\S/);
    expect(teams.complaints()).toEqual([]);
  }, 60_000);

  it("streams its answer in a personal chat and ends on the whole of it", async () => {
    const said = teams.userSays({ user: "Ben", conversation: "personal", text: "How do I get a badge?" });
    await said.delivered;
    const [answer, ...others] = await answersIn(said.conversation);
    expect(others).toEqual([]);
    expect(answer?.stream?.state).toBe("completed");
    expect(answer?.cards).not.toEqual([]);
    expect(teams.complaints()).toEqual([]);
  }, 60_000);

  it("says an answer once whose delivery was cut, and holds it as unknown (P1)", async () => {
    teams.faults.api({ operation: "message.create", times: 1, do: { kind: "cut", when: "after" } });
    const said = teams.userSays({
      user: "Mia",
      conversation: "#General",
      text: "How do I get a badge?",
      mentionsBot: true,
    });
    await said.delivered;
    await answersIn("#General", said.id);
    const isHeld = async (): Promise<boolean> => {
      const rows = await house.database.acrossTenants((sql) =>
        sql.query<{ count: number }>({
          text: "SELECT count(*)::int AS count FROM deliveries WHERE state = 'unknown'",
          values: [],
        }),
      );
      return rows[0]?.count === 1;
    };
    await expect.poll(isHeld, { timeout: 20_000, interval: 200 }).toBe(true);
    expect(teams.botReplies("#General", said.id)).toHaveLength(1);
  }, 60_000);
});
