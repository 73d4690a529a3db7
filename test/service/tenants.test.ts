import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TeamSeed } from "../../simulators/slack/seed.ts";
import { answeredIds, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

const acme = workspace("T0BATON0001", "Acme", {
  bot: "U0BATONBOT1",
  channel: "C0SUPPORT01",
  user: "U0ANA000001",
});
const beta = workspace("T0BETA00001", "Beta", {
  bot: "U0BATONBOT2",
  channel: "C0BETA00001",
  user: "U0BEA000001",
});

function workspace(id: string, name: string, ids: { bot: string; channel: string; user: string }): TeamSeed {
  return {
    id,
    name,
    bot: { userId: ids.bot, botId: `B${ids.bot.slice(1)}`, token: `xoxb-baton-${id}` },
    users: [{ id: ids.user, name: name === "Acme" ? "Ana" : "Bea" }],
    channels: [{ id: ids.channel, name: name === "Acme" ? "support" : "beta" }],
  };
}

const file = (name: string, team: string, isDefault: boolean) =>
  `name: ${name}\npersona: ${name.toLowerCase()}.md\ndefault: ${isDefault}\ninstallations:\n  - channel: slack\n    id: "${team}"\n`;

describe("two companies on one Baton", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({
      slack: { teams: [acme, beta] },
      files: {
        "config/tenants/acme.yaml": file("Acme", "T0BATON0001", true),
        "config/tenants/beta.yaml": file("Beta", "T0BETA00001", false),
        "config/prompts/acme.md": "You are the acme-persona.",
        "config/prompts/beta.md": "You are the beta-persona.",
      },
    });
    await talk.house.restart({ env: { SLACK_BOT_TOKEN: "xoxb-baton-T0BETA00001" } });
    await inAcme("@baton our secret is acme-plan-1 [[id:a1]]");
    await inBeta("our secret is beta-plan-1 [[id:b1]]");
    await talk.settled();
  });
  afterAll(() => talk.stop());

  async function inAcme(text: string) {
    const said = await talk.say(text);
    await talk.answers(said);
    return said;
  }

  /** In Beta a person asks whose id is the same as that of Acme's Ana. */
  async function inBeta(text: string) {
    const root = talk.slack.userSays({
      user: "Bea",
      team: "T0BETA00001",
      channel: "C0BETA00001",
      text: "hm",
    });
    await root.delivered;
    const event = {
      type: "app_mention",
      user: "U0ANA000001",
      text: `<@U0BATONBOT2> ${text}`,
      ts: root.ts,
      event_ts: root.ts,
      channel: "C0BETA00001",
    };
    await talk.slack.sendsEvent(event, { teamId: "T0BETA00001", channel: "C0BETA00001" }).delivered;
    await talk.answers(root);
    return root;
  }

  it("answers each in its own workspace, with its own token", async () => {
    const posts = talk.slack.history().calls.filter((call) => call.method === "chat.postMessage" && call.ok);
    expect(new Set(posts.map((call) => call.teamId))).toEqual(new Set(["T0BATON0001", "T0BETA00001"]));
    expect(posts).toHaveLength(2);
    expect(talk.slack.complaints()).toEqual([]);
  });

  it("keeps the people apart who have the same id", async () => {
    const rows = await talk.rows<{ slug: string; id: string }>(
      "SELECT c.slug, u.id FROM contacts u JOIN companies c ON c.id = u.company_id WHERE u.external_id = 'U0ANA000001' ORDER BY slug",
    );
    expect(rows.map((row) => row.slug)).toEqual(["acme", "beta"]);
    expect(new Set(rows.map((row) => row.id)).size).toBe(2);
  });

  it("gives every row to exactly one of them", async () => {
    for (const table of ["conversations", "messages", "turns", "steps", "deliveries", "events"]) {
      const rows = await talk.rows<{ slug: string }>(
        `SELECT DISTINCT c.slug FROM ${table} t JOIN companies c ON c.id = t.company_id ORDER BY slug`,
      );
      expect([table, rows.map((row) => row.slug)]).toEqual([table, ["acme", "beta"]]);
    }
  });

  it("tells the model of one nothing of the other, and speaks as the right one", async () => {
    const root = await inAcme("@baton what is the secret? [[id:same]]");
    const other = await inBeta("what is the secret? [[id:same]]");
    const [first, second] = talk.model
      .history()
      .filter((request) => request.text.includes("[[id:same]]"))
      .map((request) => JSON.stringify(request.body));
    expect(first).toContain("acme-persona");
    expect(first).not.toMatch(/beta/i);
    expect(second).toContain("beta-persona");
    expect(second).not.toMatch(/acme/i);
    for (const place of [root, other])
      expect(talk.heard(place).map((reply) => answeredIds(wordsOf(reply)))).toEqual([["same"]]);
  });

  it("cannot read what is sealed for the other one: a swapped message is given up", async () => {
    const root = await inAcme("@baton start [[id:swap]]");
    await talk.settled();
    await talk.say("hm", { thread: root.ts });
    await talk.settled();
    const [stolen] = await talk.rows<{ id: string }>(
      `UPDATE messages SET state = 'open', content = (
         SELECT m.content FROM messages m JOIN companies c ON c.id = m.company_id
         WHERE c.slug = 'beta' AND m.role = 'user' LIMIT 1)
       WHERE external_id = (SELECT max(external_id) FROM messages m JOIN companies c ON c.id = m.company_id WHERE c.slug = 'acme')
       RETURNING id`,
    );
    await talk.say("next [[id:after]]", { thread: root.ts });
    await talk.slack.waitFor(() => talk.heard(root).some((reply) => wordsOf(reply).includes("answer:after")));
    await until(async () => {
      const rows = await talk.rows("SELECT 1 FROM messages WHERE id = $1 AND state = 'dead'", [stolen?.id]);
      return rows.length === 1;
    });
    const heard = talk.heard(root).map(wordsOf).join("\n");
    expect(heard).not.toContain("beta-plan-1");
  });
});
