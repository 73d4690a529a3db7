import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conversations } from "../../../bench/demo/conversations.ts";
import { demoPlatforms, openDemoHouse, type DemoHouse } from "../../../bench/demo/demo-house.ts";
import { play } from "../../../bench/demo/play.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres.ts";

let database: TestDatabase;
let house: DemoHouse;
beforeAll(async () => {
  database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, BATON_MASTER_KEY: randomBytes(32).toString("base64") };
  house = await openDemoHouse({ withModel: true, env });
}, 120_000);
afterAll(async () => {
  await house?.stop();
  await database?.drop();
});

describe("the seeds' conversations with the scripted model", () => {
  it.each(demoPlatforms)(
    "a comedy is found, booked for two and paid on %s; every number comes from a tool (R133, R136, R138)",
    async (platform) => {
      const booking = conversations.cinema[2];
      if (booking === undefined) throw new Error("there is no such conversation");
      const played = await play(house, { company: "cinema", platform, person: 0 }, booking);
      expect(
        played.flatMap(({ step, answer, missing }) => (missing.length > 0 ? [[step, answer]] : [])),
      ).toEqual([]);
      expect(played).toHaveLength(booking.steps.length);
    },
    120_000,
  );

  it.each([
    { company: "cinema", index: 0, platform: "web", held: "R132" },
    { company: "catering", index: 0, platform: "teams", held: "R372" },
    { company: "catering", index: 1, platform: "slack", held: "R372" },
    { company: "support", index: 0, platform: "teams", held: "R119" },
    { company: "example", index: 0, platform: "discord", held: "R371" },
  ] as const)(
    "$company, conversation $index goes on $platform as it should ($held)",
    async ({ company, index, platform }) => {
      const conversation = conversations[company][index];
      if (conversation === undefined) throw new Error("there is no such conversation");
      const played = await play(house, { company, platform, person: 1 }, conversation);
      expect(played.flatMap(({ answer, missing }) => (missing.length > 0 ? [answer] : []))).toEqual([]);
      expect(played).toHaveLength(conversation.steps.length);
    },
    120_000,
  );

  it("a booking is looked up and cancelled for a full refund (R134)", async () => {
    const cancelling = conversations.cinema[1];
    if (cancelling === undefined) throw new Error("there is no such conversation");
    const played = await play(house, { company: "cinema", platform: "web", person: 1 }, cancelling);
    expect(played.map(({ missing }) => missing)).toEqual([[], [], []]);
  }, 120_000);

  it("whoever looked at seats and went away is a booking begun and not confirmed (R139)", async () => {
    const [, , booking] = conversations.cinema;
    if (booking === undefined) throw new Error("there is no such conversation");
    const left = { title: "somebody who leaves", steps: booking.steps.slice(0, 3) };
    const played = await play(house, { company: "cinema", platform: "teams", person: 1 }, left);
    expect(played).toHaveLength(3);
    const page = await (await fetch(`${house.url}/metrics`)).text();
    expect(page).toContain('ai_booking_conversations{company="cinema-teams",stage="begun"} 2');
    expect(page).toContain('ai_booking_conversations{company="cinema-teams",stage="confirmed"} 1');
    expect(page).toContain('ai_booking_conversion_ratio{company="cinema-teams"} 0.5');
    expect(page).toContain('ai_booking_conversion_ratio{company="cinema-slack"} 1');
  }, 120_000);

  it("an answer that lacks what it must say is told as missing, and the conversation ends there", async () => {
    const steps = [
      { does: { says: "What's the price for 25 people?" }, finds: [/\$26/] },
      { does: { says: "Show me the menu" }, finds: [] },
    ];
    const scene = { company: "catering", platform: "slack", person: 0, patienceMs: 3_000 } as const;
    const played = await play(house, scene, { title: "a wrong price", steps });
    expect(played).toHaveLength(1);
    expect(played[0]?.missing).toEqual([/\$26/]);
    expect(played[0]?.answer).toContain("$625");
  }, 60_000);
});
