import { afterAll, beforeAll, expect, it } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { acme, dial, visit } from "../../http/chat/chat-house.ts";
import { openHouse, type House } from "../../support/house.ts";

let discord: DiscordSimulator;
let house: House;

beforeAll(async () => {
  discord = await startDiscordSimulator({ identifyWindowMs: 20 });
  const guild = discord.guild.id;
  house = await openHouse({
    env: { DISCORD_BOT_TOKEN: discord.app.botToken, DISCORD_API_URL: discord.apiUrl, DISCORD_PACE: "off" },
    pace: { undoMs: 0 },
    files: {
      "config/tenants/acme.yaml": [
        "name: Acme",
        "default: true",
        `staffRoom: { channel: discord, workspace: "${guild}", id: "${discord.state.findChannel("#staff").id}" }`,
        `sites: [{ key: ${acme.key}, origins: ["${acme.origin}"] }]`,
        "staff:",
        "  - name: Mia",
        "    accounts:",
        `      - { channel: discord, workspace: "${guild}", id: "${discord.state.findUser("Mia").id}" }`,
        "  - name: Ben",
        "    accounts:",
        `      - { channel: discord, workspace: "${guild}", id: "${discord.state.findUser("Ben").id}" }`,
      ].join("\n"),
    },
  });
  await discord.connected();
}, 60_000);

afterAll(async () => {
  await house?.stop();
  await discord?.stop();
});

const findCard = (words = "") =>
  discord
    .messages("#staff")
    .find(
      ({ components, text }) =>
        /baton\.deck\.(claim|bot)/u.test(JSON.stringify(components)) && text.includes(words),
    );

/** How often Baton has shown typing there. */
const shownIn = (channelId: string) =>
  discord
    .history()
    .calls.filter(({ method, path }) => method === "POST" && path.endsWith(`/${channelId}/typing`)).length;

it("a person who takes no direct messages any more is not written to in silence: the room is told why, and how else", async () => {
  discord.userSays({ user: "Ana", channel: "dm", text: "my desk is broken, I am ana@example.com" });
  await discord.waitFor(() => discord.history().calls.some(({ path }) => path.endsWith("/messages")), 20_000);
  discord.userSays({ user: "Ana", channel: "dm", text: "human" });
  const card = await discord.waitFor(() => findCard(), 20_000);
  const thread = await discord.waitFor(() => discord.threadOf("#staff", card.id), 20_000);
  const lines = () => discord.botReplies(thread.id).map(({ text }) => text);
  await discord.waitFor(() => lines().some((line) => line.includes("stays among colleagues")), 20_000);
  discord.faults.rest({
    route: "POST /channels/:channel/messages",
    text: "see you there",
    do: { kind: "error", status: 403, code: 50007 },
  });
  discord.userSays({ user: "Mia", channel: thread.id, text: "!r see you there" });
  await discord.waitFor(() => lines().some((line) => line.includes("#1** was not delivered")), 20_000);
  expect(lines().join()).toContain("they take no direct messages");
  expect(lines().join()).toMatch(/They have named [^.]*ana@example\.com/u);
}, 60_000);

it("whoever is assigned by somebody else is called by Discord itself, and whatever words name is not", async () => {
  const thread = discord.threadOf("#staff", findCard()?.id ?? "");
  const said = (words: string) =>
    discord.waitFor(
      () => discord.botReplies(thread?.id ?? "").find(({ text }) => text.includes(words)),
      20_000,
    );
  const ben = discord.state.findUser("Ben").id;
  discord.userSays({ user: "Mia", channel: thread?.id ?? "", text: "!assign Ben" });
  const told = await said("assigned by Mia");
  expect(told.pings.users).toEqual([ben]);
  discord.userSays({ user: "Ana", channel: "dm", text: `is <@${ben}> there?` });
  expect((await said("there?")).pings.users).toEqual([]);
}, 60_000);

it("that somebody types is shown on the other side: of a colleague, of whoever has the conversation alone", async () => {
  const thread = discord.threadOf("#staff", findCard()?.id ?? "")?.id ?? "";
  const direct = discord.directChannel(discord.state.findUser("Ana").id);
  const [before, inRoom] = [shownIn(direct), shownIn(thread)];
  discord.types({ user: "Ana", channel: "dm" });
  await discord.waitFor(() => shownIn(thread) > inRoom, 20_000);
  discord.types({ user: "Mia", channel: thread });
  discord.types({ user: "Ben", channel: thread });
  await discord.waitFor(() => shownIn(direct) > before, 20_000);
  discord.userSays({ user: "Ben", channel: thread, text: "!r I look into it" });
  await discord.waitFor(
    () => discord.botReplies(direct).some(({ text }) => text.includes("I look into it")),
    20_000,
  );
  expect(shownIn(direct)).toBe(before + 1);
}, 60_000);

it("that a visitor types is shown in the room, and of a colleague to the visitor", async () => {
  const visitor = await visit(house.service.url());
  const socket = dial(house.service.url(), visitor);
  await socket.next(({ type }) => type === "ready");
  await visitor.put("t1", "my parcel TY-1 is late");
  await visitor.put("t2", "human");
  const card = await discord.waitFor(() => findCard("TY-1"), 20_000);
  const thread = await discord.waitFor(() => discord.threadOf("#staff", card.id), 20_000);
  discord.userSays({ user: "Mia", channel: thread.id, text: "!claim" });
  await socket.next(({ status }) => JSON.stringify(status ?? {}).includes("human"));
  const [inRoom, heard] = [shownIn(thread.id), socket.heard.length];
  socket.send({ type: "typing" });
  await discord.waitFor(() => shownIn(thread.id) > inRoom, 20_000);
  discord.types({ user: "Mia", channel: thread.id });
  await discord.waitFor(() => socket.heard.slice(heard).some(({ type }) => type === "typing"), 20_000);
  socket.socket.close();
}, 60_000);
