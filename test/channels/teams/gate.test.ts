import { afterEach, describe, expect, it } from "vitest";
import type { TokenFlaw } from "../../../simulators/teams/tokens.ts";
import { createInbox } from "./teams-harness.ts";
import { simulate, type Simulated, type SimulatedOptions } from "./teams-stage.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function setUp(options: SimulatedOptions = {}) {
  const simulated = await simulate(options);
  closers.push(() => simulated.stop());
  const inbox = createInbox();
  await simulated.channel.start(inbox.accept);
  return { ...simulated, inbox };
}

function anActivity({ teams }: Simulated, overrides: Record<string, unknown> = {}) {
  return {
    ...teams.activityOf({ user: "Ana", conversation: "personal", text: "let me in" }),
    ...overrides,
  };
}

/** The status that each delivery of an activity with this flaw was answered with. */
async function knock(
  stage: Simulated,
  activity: Record<string, unknown>,
  flaws: Parameters<Simulated["teams"]["sendsActivity"]>[1] = {},
): Promise<number | undefined> {
  const [record] = await stage.teams.sendsActivity(activity, flaws).delivered;
  return record?.status;
}

describe("Who gets in at the door of Teams", () => {
  it("lets in what the connector signed", async () => {
    const stage = await setUp();
    expect(await knock(stage, anActivity(stage))).toBe(200);
    expect(stage.inbox.envelopes).toHaveLength(1);
  });

  const unknown: readonly TokenFlaw[] = [
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
    "no kid",
    "emulator",
    "skill",
  ];
  it("answers 401 to every token that is not the connector's for this bot (C1, C2, C3, C7)", async () => {
    const stage = await setUp();
    for (const token of unknown)
      expect([token, await knock(stage, anActivity(stage), { token })]).toEqual([token, 401]);
    expect(stage.inbox.state.calls).toBe(0);
  });

  it("answers 403 to a token for another address or from a key that may not speak for Teams (C4, C5)", async () => {
    const stage = await setUp();
    const flaws: readonly TokenFlaw[] = [
      "no serviceurl",
      "other serviceurl",
      "other channel's key",
      "key without endorsements",
    ];
    for (const token of flaws)
      expect([token, await knock(stage, anActivity(stage), { token })]).toEqual([token, 403]);
    expect(stage.inbox.state.calls).toBe(0);
  });

  it("answers 403 to an address that is not Microsoft's, also where the token agrees, and calls nobody there (C4)", async () => {
    const stage = await setUp();
    for (const serviceUrl of [
      "https://evil.tld/",
      "https://smba.trafficmanager.net.evil.tld/",
      "https://smba.trafficmanager.net@evil.tld/",
      "http://smba.trafficmanager.net/amer/",
      "https://botframework.com.evil.tld/",
      "javascript:alert(1)",
    ]) {
      const status = await knock(stage, anActivity(stage, { serviceUrl }), { serviceUrl });
      expect([serviceUrl, status]).toEqual([serviceUrl, 403]);
    }
    expect(await knock(stage, anActivity(stage, { serviceUrl: undefined }))).toBe(403);
    expect(stage.inbox.state.calls).toBe(0);
    const calls = stage.teams.history().calls.filter(({ operation }) => !operation.startsWith("openid."));
    expect(calls).toEqual([]);
  });

  it("answers 403 to what is not from Teams (C5)", async () => {
    const stage = await setUp();
    for (const channelId of ["emulator", "", "webchat", "MSTeams", undefined])
      expect(await knock(stage, anActivity(stage, { channelId }))).toBe(403);
    expect(stage.inbox.state.calls).toBe(0);
  });

  it("answers 403 to a tenant that is not allowed, and to one named in two ways (C6)", async () => {
    const stage = await setUp();
    const other = stage.teams.activityOf({ user: "Zoe", conversation: "personal", text: "hello" });
    expect(await knock(stage, other)).toBe(403);
    const two = anActivity(stage, {
      channelData: { tenant: { id: "b2c3d4e5-f6a7-4890-9bcd-ef1234567891" } },
    });
    expect(await knock(stage, two)).toBe(403);
    expect(stage.installations.saves).toEqual([]);
    const open = await setUp({ env: () => ({ TEAMS_ALLOWED_TENANTS: "*" }) });
    const welcome = open.teams.activityOf({ user: "Zoe", conversation: "personal", text: "hello" });
    expect(await knock(open, welcome)).toBe(200);
  });

  it("looks for an unknown key once a minute, however often it is asked (C3, M8)", async () => {
    let nowMs = Date.now();
    const stage = await setUp({ now: () => nowMs });
    await knock(stage, anActivity(stage));
    expect(stage.teams.openId.keysFetches).toBe(1);
    const knockFiveTimes = async () => {
      const statuses: (number | undefined)[] = [];
      for (let time = 0; time < 5; time++)
        statuses.push(await knock(stage, anActivity(stage), { token: "unknown kid" }));
      return statuses;
    };
    expect(await knockFiveTimes()).toEqual([401, 503, 503, 503, 503]);
    expect(stage.teams.openId.keysFetches).toBe(2);
    nowMs += 61_000;
    expect(await knockFiveTimes()).toEqual([401, 503, 503, 503, 503]);
    expect(stage.teams.openId.keysFetches).toBe(3);
  });

  it("asks for what a new key signed again, until a minute is over and the key can be looked for (M8)", async () => {
    let nowMs = Date.now();
    const stage = await setUp({ now: () => nowMs, resendDelaysMs: [] });
    expect(await knock(stage, anActivity(stage))).toBe(200);
    expect(await knock(stage, anActivity(stage), { token: "unknown kid" })).toBe(401);
    stage.teams.rotateKeys();
    const early = anActivity(stage, { id: "1767000000001" });
    expect([await knock(stage, early), await knock(stage, early)]).toEqual([503, 503]);
    expect(stage.teams.openId.keysFetches).toBe(2);
    nowMs += 61_000;
    expect(await knock(stage, early)).toBe(200);
    expect(stage.teams.openId.keysFetches).toBe(3);
    expect(stage.inbox.envelopes).toHaveLength(2);
  });

  it("fetches no keys for a token that says itself that it is not for this bot (C2)", async () => {
    const stage = await setUp();
    for (const token of ["wrong audience", "wrong issuer", "expired", "not yet valid", "emulator"] as const)
      expect([token, await knock(stage, anActivity(stage), { token })]).toEqual([token, 401]);
    expect(stage.teams.openId.keysFetches).toBe(0);
  });

  it("takes the first activity signed with a new key (M8)", async () => {
    const stage = await setUp();
    expect(await knock(stage, anActivity(stage))).toBe(200);
    stage.teams.rotateKeys();
    const all = [1, 2, 3].map((nth) => knock(stage, anActivity(stage, { id: `176700000000${nth}` })));
    expect(await Promise.all(all)).toEqual([200, 200, 200]);
    expect(stage.teams.openId.keysFetches).toBe(2);
  });

  it("goes on with the keys it knows while they cannot be fetched, and asks for patience while it has none (M8)", async () => {
    const stage = await setUp();
    stage.teams.openId.status = "down";
    expect(await knock(stage, anActivity(stage))).toBe(503);
    stage.teams.openId.status = "up";
    const other = await setUp();
    expect(await knock(other, anActivity(other))).toBe(200);
    other.teams.openId.status = "down";
    expect(await knock(other, anActivity(other, { id: "1767000000001" }))).toBe(200);
    // Nobody can say that there is no such key by now.
    expect(await knock(other, anActivity(other), { token: "unknown kid" })).toBe(503);
  });

  it("survives whatever a genuine sender writes (C8)", async () => {
    const stage = await setUp();
    const many = Array.from({ length: 10_000 }, (_, at) => ({
      type: "mention",
      text: `<at>P${at}</at>`,
      mentioned: { id: `29:p${at}`, name: `P${at}` },
    }));
    const deep = "<blockquote>".repeat(5_000) + "x";
    const odd: readonly Record<string, unknown>[] = [
      { type: "unheard of" },
      { type: "message", entities: many.slice(0, 3_000) },
      { attachments: [{ contentType: "text/html", content: deep }] },
      {
        attachments: [
          { contentType: "text/html", content: "<script>alert(1)</script><p>hi\0 \ud800 there</p>" },
        ],
      },
      { from: null },
      { conversation: { tenantId: stage.teams.app.tenantId, id: "" } },
      { text: "\0\ud800" },
      { value: { baton: { action: { toString: 1 } } } },
    ];
    for (const [at, overrides] of odd.entries())
      expect([at, await knock(stage, anActivity(stage, { id: `176700000000${at}`, ...overrides }))]).toEqual([
        at,
        200,
      ]);
    const crowd = JSON.stringify(anActivity(stage, { entities: many }));
    expect(await knock(stage, anActivity(stage), { body: crowd })).toBe(413);
    const huge = JSON.stringify(anActivity(stage, { text: "x".repeat(1024 * 1024) }));
    expect(await knock(stage, anActivity(stage), { body: huge })).toBe(413);
    for (const body of ["", "[]", "{", '{"a":'.repeat(5_000) + "1" + "}".repeat(5_000)])
      expect(await knock(stage, anActivity(stage), { body })).toBe(400);
    const texts = stage.inbox.envelopes.map((envelope) => (envelope.kind === "message" ? envelope.text : ""));
    expect(texts).toContain("hi \ufffd there");
  });

  it("asks for the activity again when it could not be kept, and when it is not started", async () => {
    const stage = await setUp();
    stage.inbox.state.failing = true;
    expect(await knock(stage, anActivity(stage))).toBe(503);
    stage.inbox.state.failing = false;
    expect(await knock(stage, anActivity(stage))).toBe(200);
    await stage.channel.stop();
    expect(await knock(stage, anActivity(stage, { id: "1767000000009" }))).toBe(503);
  });
});
