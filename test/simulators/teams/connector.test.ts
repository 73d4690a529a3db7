import {
  ConfigurationBotFrameworkAuthentication,
  CloudAdapter,
  MessageFactory,
  TeamsInfo,
  TurnContext,
} from "botbuilder";
import type { ConversationReference } from "botbuilder";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { askToken, createBotClient } from "./bot-client.ts";
import { startReceiver } from "./receiver.ts";

let teams: TeamsSimulator;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeEach(async () => {
  // botbuilder tells the console of every token it refuses.
  vi.spyOn(console, "error").mockImplementation(() => {});
  receiver = await startReceiver();
  teams = await startTeamsSimulator({ endpoint: receiver.url, timeScale: 0.01 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await teams.stop();
  await receiver.stop();
});

/** The SDK's own adapter against the simulator; only the token is fetched by hand, as MSAL refuses http. */
function createAdapter(): CloudAdapter {
  const credentials = {
    isValidAppId: (id: string) => Promise.resolve(id === teams.app.appId),
    isAuthenticationDisabled: () => Promise.resolve(false),
    createCredentials: () =>
      Promise.resolve({
        signRequest: async (resource: { headers: { set(name: string, value: string): void } }) => {
          const { body } = await askToken(teams);
          resource.headers.set("authorization", `Bearer ${String(body["access_token"])}`);
          return resource;
        },
      }),
  };
  return new CloudAdapter(
    new ConfigurationBotFrameworkAuthentication(
      {
        ToBotFromChannelOpenIdMetadataUrl: teams.openIdUrl,
        ToBotFromChannelTokenIssuer: "https://api.botframework.com",
        ToBotFromEmulatorOpenIdMetadataUrl: teams.emulatorOpenIdUrl,
        ToChannelFromBotLoginUrl: teams.loginUrl,
        ToChannelFromBotOAuthScope: "https://api.botframework.com",
        OAuthUrl: "https://api.botframework.com",
        ValidateAuthority: "true",
      } as never,
      credentials as never,
    ),
  );
}

/** Runs a turn of the SDK on what the endpoint received last. */
async function runTurn(logic: (context: TurnContext) => Promise<void>): Promise<number> {
  const last = receiver.received.at(-1);
  let status = 0;
  const response = {
    status: (code: number) => {
      status = code;
      return response;
    },
    header: () => response,
    send: () => response,
    end: () => response,
  };
  await createAdapter().process(
    { body: last?.json, headers: { authorization: last?.authorization ?? "" }, method: "POST" } as never,
    response as never,
    logic,
  );
  return status;
}

test("botbuilder takes a mention's token and answers in its thread, edits and deletes", async () => {
  const said = teams.userSays({
    user: "Ana",
    conversation: "#Helpdesk",
    text: "where is my badge?",
    mentionsBot: true,
  });
  await said.delivered;
  const status = await runTurn(async (context) => {
    expect(TurnContext.removeRecipientMention(context.activity).trim()).toBe("where is my badge?");
    const sent = await context.sendActivity("At the **desk**.");
    await context.updateActivity({ ...MessageFactory.text("At the front desk."), id: sent?.id ?? "" });
    const other = await context.sendActivity("Never mind.");
    await context.deleteActivity(other?.id ?? "");
  });
  expect(status).toBe(200);
  const thread = teams.thread("#Helpdesk", said.id);
  expect(thread.map(({ text, isBot, deleted }) => ({ text, isBot, deleted }))).toEqual([
    { text: "<at>Baton</at> where is my badge?", isBot: false, deleted: false },
    { text: "At the front desk.", isBot: true, deleted: false },
    { text: "Never mind.", isBot: true, deleted: true },
  ]);
  expect(thread[1]?.edits.map(({ text }) => text)).toEqual(["At the **desk**."]);
  expect(teams.botReplies("#Helpdesk", said.id)).toHaveLength(1);
});

test("botbuilder finds members, team and channels, and continues a conversation it remembers", async () => {
  await teams.userSays({ user: "Ben", conversation: "#Helpdesk", text: "hello", mentionsBot: true })
    .delivered;
  let reference: Partial<ConversationReference> = {};
  await runTurn(async (context) => {
    reference = TurnContext.getConversationReference(context.activity);
    const member = await TeamsInfo.getMember(context, context.activity.from.id);
    expect(member).toMatchObject({ name: "Ben Okafor", email: "ben.okafor@contoso.example" });
    const page = await TeamsInfo.getPagedMembers(context, 2);
    expect(page.members).toHaveLength(3);
    expect(page.continuationToken).toBeUndefined();
    expect((await TeamsInfo.getTeamDetails(context)).name).toBe("Support");
    const channels = await TeamsInfo.getTeamChannels(context);
    expect(channels.map(({ name }) => name)).toEqual([undefined, "Helpdesk"]);
  });
  await createAdapter().continueConversationAsync(teams.app.appId, reference, async (context) => {
    await context.sendActivity("later");
  });
  expect(teams.botReplies("#Helpdesk").map(({ text }) => text)).toEqual(["later"]);
});

test("botbuilder runs no turn for a token it can tell is spoiled", async () => {
  const activity = teams.activityOf({ user: "Ana", conversation: "personal", text: "hi" });
  let turns = 0;
  const count = async (): Promise<void> => {
    turns += 1;
    return Promise.resolve();
  };
  // A wrong signature makes botbuilder answer 500, not 401.
  for (const token of [
    "wrong audience",
    "wrong issuer",
    "expired",
    "bad signature",
    "unknown kid",
  ] as const) {
    await teams.sendsActivity(activity, { token }).delivered;
    await expect(runTurn(count), token).resolves.toBeGreaterThanOrEqual(401);
  }
  expect(turns).toBe(0);
  await teams.sendsActivity(activity).delivered;
  await expect(runTurn(count)).resolves.toBe(200);
  expect(turns).toBe(1);
});

test("a call without a good token is refused and changes nothing", async () => {
  const { id } = teams.state.findConversation("#Helpdesk");
  const bare = await fetch(`${teams.serviceUrl}v3/conversations/${encodeURIComponent(id)}/activities`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "message", text: "hi" }),
  });
  expect(bare.status).toBe(401);
  const bot = await createBotClient(teams);
  expect((await bot.post(id, { type: "message", text: "one" })).status).toBe(201);
  teams.expireTokens();
  expect((await bot.post(id, { type: "message", text: "two" })).status).toBe(401);
  expect(teams.messages("#Helpdesk").map(({ text }) => text)).toEqual(["one"]);
});

test("a team's people come in pages of at least fifty, under a token of the connector's own", async () => {
  const people = Array.from({ length: 60 }, (_, index) => ({
    name: `Person ${index}`,
    isGuest: index === 0,
  }));
  const [general] = teams.addTeam({ name: "Many", people });
  const { call } = await createBotClient(teams);
  const path = `conversations/${encodeURIComponent(general?.id ?? "")}/pagedmembers`;
  const { body: first } = await call("GET", `${path}?pageSize=10`);
  const token = encodeURIComponent(String(first["continuationToken"]));
  const { body: second } = await call("GET", `${path}?pageSize=10&continuationToken=${token}`);
  const pages = [first, second].map(({ members }) => members as { id: string; userRole: string }[]);
  expect(pages.map((members) => members.length)).toEqual([50, 10]);
  expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(60);
  expect(pages.flat().filter(({ userRole }) => userRole === "guest")).toHaveLength(1);
  expect(await call("GET", `${path}?continuationToken=x`)).toMatchObject({
    status: 400,
    code: "BadArgument",
  });
});

test("a private channel has its own people, and the bot only where the app was put there", async () => {
  const [general, secret] = teams.addTeam({
    name: "Split",
    people: [{ name: "In Side" }, { name: "Out Side" }],
    channels: [{ name: "Secret", members: ["In Side"] }],
  });
  const { call } = await createBotClient(teams);
  const namesIn = async (id = ""): Promise<unknown> => {
    const { code, body } = await call("GET", `conversations/${encodeURIComponent(id)}/pagedmembers`);
    return code ?? (body["members"] as { name: string }[]).map(({ name }) => name);
  };
  expect(await namesIn(secret?.id)).toBe("BotNotInConversationRoster");
  await teams.installs({ conversation: secret?.id ?? "", user: "In Side" }).delivered;
  expect(await namesIn(secret?.id)).toEqual(["In Side"]);
  expect(await namesIn(general?.id)).toEqual(["In Side", "Out Side"]);
});
