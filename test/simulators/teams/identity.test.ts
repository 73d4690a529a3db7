import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import type { JSONWebKeySet } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { askToken, createBotClient } from "./bot-client.ts";

let teams: TeamsSimulator;

beforeEach(async () => {
  teams = await startTeamsSimulator({ timeScale: 0.01 });
});
afterEach(() => teams.stop());

type EndorsedKey = JSONWebKeySet["keys"][number] & { readonly endorsements?: readonly string[] };

async function fetchKeys(): Promise<{ keys: EndorsedKey[] }> {
  const metadata = (await (await fetch(teams.openIdUrl)).json()) as { issuer: string; jwks_uri: string };
  expect(metadata.issuer).toBe("https://api.botframework.com");
  return (await (await fetch(metadata.jwks_uri)).json()) as never;
}

function tokenOf(header: string | undefined): string {
  return (header ?? "").replace("Bearer ", "");
}

/** Checks a token by the book: signature, algorithm, issuer, audience, times, endorsement and service URL. */
async function isSound(header: string | undefined): Promise<boolean> {
  const keys = await fetchKeys();
  try {
    const { payload, protectedHeader } = await jwtVerify(tokenOf(header), createLocalJWKSet(keys), {
      algorithms: ["RS256"],
      issuer: "https://api.botframework.com",
      audience: teams.app.appId,
      clockTolerance: 300,
    });
    const key = keys.keys.find(({ kid }) => kid === protectedHeader.kid);
    return key?.endorsements?.includes("msteams") === true && payload["serviceurl"] === teams.serviceUrl;
  } catch {
    return false;
  }
}

test("a token of the connector is sound, and every flaw makes it unsound", async () => {
  await expect(isSound(teams.authorization())).resolves.toBe(true);
  for (const flaw of [
    "missing",
    "bearer only",
    "not a token",
    "alg none",
    "hs256 with the public key",
    "bad signature",
    "wrong audience",
    "wrong issuer",
    "expired",
    "not yet valid",
    "unknown kid",
    "no serviceurl",
    "other serviceurl",
    "other channel's key",
    "key without endorsements",
    "emulator",
    "skill",
  ] as const)
    await expect(isSound(teams.authorization({ flaw })), flaw).resolves.toBe(false);
});

test("a rotation leaves the old key only where it is told to", async () => {
  const before = teams.authorization();
  teams.rotateKeys({ keepOld: true });
  await expect(isSound(before)).resolves.toBe(true);
  await expect(isSound(teams.authorization())).resolves.toBe(true);
  expect(decodeProtectedHeader(tokenOf(teams.authorization())).kid).toBe(teams.openId.kid);
  teams.rotateKeys();
  await expect(isSound(before)).resolves.toBe(false);
  await expect(isSound(teams.authorization())).resolves.toBe(true);
});

test("fetches of the keys are counted, and refused while they are down", async () => {
  await fetchKeys();
  await fetchKeys();
  expect(teams.openId).toMatchObject({ metadataFetches: 2, keysFetches: 2 });
  teams.openId.status = "down";
  expect((await fetch(teams.openIdUrl)).status).toBe(503);
  expect(teams.openId.metadataFetches).toBe(3);
  teams.openId.status = "up";
  expect((await fetch(teams.openIdUrl)).status).toBe(200);
});

test("the login service gives a token for the right secret, tenant and scope only", async () => {
  await expect(askToken(teams)).resolves.toMatchObject({
    status: 200,
    body: { token_type: "Bearer", expires_in: 3_599 },
  });
  await expect(askToken(teams, { client_secret: "other" })).resolves.toMatchObject({
    status: 401,
    code: "invalid_client",
    body: { error_codes: [7_000_215] },
  });
  await expect(askToken(teams, { client_id: "other" })).resolves.toMatchObject({ status: 400 });
  await expect(askToken(teams, { scope: "https://graph.microsoft.com/.default" })).resolves.toMatchObject({
    code: "invalid_scope",
  });
  const elsewhere = `${teams.url}/botframework.com/oauth2/v2.0/token`;
  await expect(askToken(teams, {}, elsewhere)).resolves.toMatchObject({ code: "unauthorized_client" });
  expect(JSON.stringify(teams.history().calls)).not.toContain(teams.app.secret);
});

test("a token is good until its time is over", async () => {
  teams.configure({ tokenLifeSeconds: 1 });
  const bot = await createBotClient(teams);
  const { id } = teams.state.findConversation("#Helpdesk");
  const members = `conversations/${encodeURIComponent(id)}/members`;
  expect((await bot.call("GET", members)).status).toBe(200);
  await expect
    .poll(async () => (await bot.call("GET", members)).status, { timeout: 20_000, interval: 200 })
    .toBe(401);
});

test("faults strike the login service and the keys like any call", async () => {
  teams.faults.api({ operation: "token", times: 1, do: { kind: "status", status: 500, when: "before" } });
  teams.faults.api({
    operation: "openid.keys",
    times: 1,
    do: { kind: "error", error: "ServiceUnavailable" },
  });
  expect((await askToken(teams)).status).toBe(500);
  expect((await askToken(teams)).status).toBe(200);
  expect((await fetch(`${teams.url}/v1/.well-known/keys`)).status).toBe(503);
  expect((await fetch(`${teams.url}/v1/.well-known/keys`)).status).toBe(200);
});
