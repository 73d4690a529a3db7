import { afterAll, beforeAll, it } from "vitest";
import { until } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type RoomHouse } from "./room-house.ts";

let house: RoomHouse;
beforeAll(async () => {
  house = await openRoomHouse("slack", { tenant: "waitAlertMinutes: 0.03" });
}, 120_000);
afterAll(() => house?.stop());

it("who waits is told their place, and the room that nobody has taken them, until somebody does", async () => {
  const first = await house.person("discord");
  await first.says("human");
  const room = await house.room("the person asked for a human");
  const alerts = () =>
    room.page
      .messages(room.channel)
      .messages.filter((said) => JSON.stringify(said).includes("has waited for"));
  await until(async () => alerts().length === 1, slowlyMs);
  const second = await house.person("teams");
  await second.says("human");
  await until(
    async () => (await second.heard()).some((said) => said.includes("1 person is before you")),
    slowlyMs,
  );
  const [alert] = alerts();
  const actionId = /baton\.deck\.claim[^"\\]*/.exec(JSON.stringify(alert))?.[0] ?? "";
  const mia = room.page.describe().people.find(({ name }) => name.startsWith("Mia"))?.id ?? "";
  await room.page.clicks({ user: mia, channel: room.channel, ts: alert?.ts ?? "", actionId });
  await until(
    async () => (await first.heard()).some((said) => said.includes("teammate has joined")),
    slowlyMs,
  );
  await until(async () => JSON.stringify(room.card()).includes("has it"), slowlyMs);
}, 120_000);
