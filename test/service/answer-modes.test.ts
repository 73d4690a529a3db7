import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type Person, type Room, type RoomHouse } from "./room-house.ts";

let house: RoomHouse;
beforeAll(async () => {
  house = await openRoomHouse("slack", {
    tenant: "answers: [{ mode: off, channels: [discord] }, { mode: suggest, channels: [web] }]",
  });
}, 120_000);
afterAll(() => house?.stop());

const hears = (person: Person, words: string) =>
  until(async () => (await person.heard()).some((said) => said.includes(words)), slowlyMs);
const shows = (room: Room, words: string) =>
  until(async () => room.lines().some((line) => line.includes(words)), slowlyMs);
const asked = (id: string) => house.talk.model.history().filter(({ text }) => text.includes(id)).length;
const rules = (words: string) =>
  house.talk.rows<{ rule: string }>(
    `SELECT data->'evidence'->>'rule' AS rule FROM audit WHERE action = 'escalate' AND data->'evidence'->>'rule' LIKE $1`,
    [words],
  );

describe("a company that has its colleagues answer (R115)", () => {
  it("on one channel with suggestions: they read one for each question, and only what they send goes out", async () => {
    const person = await house.person("web");
    await person.says("my parcel AM-1 is late [[id:am1]]");
    await hears(person, "asked a teammate");
    expect((await person.heard()).join()).not.toContain("Ask the bot meanwhile");
    const room = await house.room("AM-1");
    await shows(room, "answer:am1");
    await person.says("and the other one AM-2? [[id:am2]]");
    await shows(room, "answer:am2");
    await house.talk.settled(slowlyMs);
    expect((await person.heard()).join()).not.toMatch(/answer:am/u);
    expect(await room.clicks("Mia", "send", "answer:am2")).toEqual({});
    await hears(person, "answer:am2");
    expect(await rules("answers:%")).toEqual([{ rule: "answers: suggest" }]);
  }, 120_000);

  it("on another one alone: no model is asked", async () => {
    const person = await house.person("discord");
    await person.says("my parcel AM-3 is late [[id:am3]]");
    await hears(person, "asked a teammate");
    const room = await house.room("AM-3");
    await shows(room, "stays among colleagues");
    await house.talk.settled(slowlyMs);
    expect(asked("[[id:am3]]")).toBe(0);
    expect(room.lines().join()).not.toContain("seen by colleagues only");
    expect(await rules("answers: off")).toHaveLength(1);
  }, 120_000);
});

describe("colleagues who are brought in where Baton answers", () => {
  it("find a reply suggested to what was asked last, and how the person feels", async () => {
    const person = await house.person("slack");
    await person.says("This is a scandal. I want to file a complaint about order AM-4 [[id:am4]]");
    await hears(person, "asked a teammate");
    const room = await house.room("AM-4");
    expect(JSON.stringify(room.card())).toContain("upset");
    await shows(room, "answer:am4");
    await house.talk.settled(slowlyMs);
    expect((await person.heard()).join()).not.toContain("answer:am4");
  }, 120_000);

  it("find none where the person has been answered and only asks for them", async () => {
    const person = await house.person("teams");
    await person.says("where is AM-5? [[id:am5]]");
    await hears(person, "answer:am5");
    await person.says("I want to talk to a human");
    const room = await house.room("AM-5");
    await shows(room, "stays among colleagues");
    await house.talk.settled(slowlyMs);
    expect(asked("[[id:am5]]")).toBe(1);
    expect(room.lines().join()).not.toContain("seen by colleagues only");
  }, 120_000);
});
