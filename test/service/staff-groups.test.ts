import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seedTeams } from "../../simulators/slack/seed.ts";
import { openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

const tenant = `
name: Acme
default: true
staff:
  - name: Olga Named
    accounts: [{ channel: slack, workspace: "T0BATON0001", id: "U0OLGA00001" }]
staffFrom:
  - { channel: slack, workspace: "T0BATON0001", kind: usergroup, id: "S0SUPPORT01" }
  - { channel: slack, workspace: "T0BATON0001", kind: channel, id: "C0TRIAGE001", roles: [staff, admin] }
`;

const [acme] = seedTeams;
if (acme === undefined) throw new Error("the simulator has no workspace");
const team = {
  ...acme,
  users: [
    ...acme.users,
    { id: "U0OLGA00001", name: "Olga" },
    { id: "U0MIA000002", name: "Mia", realName: "Mia Braun" },
    { id: "U0TIM000001", name: "Tim" },
    { id: "U0OTHERBOT1", name: "pager", isBot: true },
  ],
  channels: [
    ...acme.channels,
    { id: "C0TRIAGE001", name: "triage", members: ["U0TIM000001", "U0OTHERBOT1", "U0OLGA00001"] },
  ],
  usergroups: [{ id: "S0SUPPORT01", handle: "support-team", users: ["U0MIA000001"] }],
};

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    slack: { teams: [team] },
    files: { "config/tenants/acme.yaml": tenant },
    pace: { staffGroups: { everyMs: 400, againMs: 400, soonMs: 200 } },
  });
  await known(["Mia", "Olga Named", "Tim"]);
});
afterAll(() => talk.stop());
beforeEach(() => {
  talk.slack.faults.clear();
});

type Root = { ts: string; channel: string };

/** Waits until these are the colleagues, by what they are called. */
async function known(names: readonly string[]): Promise<void> {
  await until(async () => {
    const rows = await talk.rows<{ name: string }>(
      "SELECT name FROM staff WHERE state = 'active' ORDER BY name",
    );
    return JSON.stringify(rows.map(({ name }) => name)) === JSON.stringify(names);
  });
}

/** Waits until the user group was asked for often enough that what it says now is known. */
async function readAgain(): Promise<void> {
  const asked = () =>
    talk.slack.history().calls.filter(({ method }) => method === "usergroups.users.list").length;
  const before = asked();
  await talk.slack.waitFor(() => asked() >= before + 3);
}

async function asked(text: string): Promise<Root> {
  const root = await talk.say(`@baton ${text}`);
  await talk.answers(root);
  await talk.settled();
  return root;
}

async function holder(root: Root): Promise<string | undefined> {
  const [row] = await talk.rows<{ name: string | null }>(
    `SELECT coalesce(s.name, c.owner_queue) AS name FROM conversations c LEFT JOIN staff s ON s.id = c.owner_staff WHERE c.thread = $1`,
    [root.ts],
  );
  return row?.name ?? undefined;
}

async function claims(root: Root, user: string): Promise<void> {
  await talk.say("!claim", { user, thread: root.ts });
}

async function refused(root: Root): Promise<void> {
  await talk.slack.waitFor(() =>
    talk.heard(root).some((said) => wordsOf(said).includes("only staff can do that")),
  );
}

describe("colleagues from the groups of Slack", () => {
  it("a member of the user group claims; whoever is called the same and is in no group is refused", async () => {
    const root = await asked("are you there? [[id:group]]");
    await claims(root, "U0MIA000002");
    await refused(root);
    expect(await holder(root)).toBeUndefined();
    await claims(root, "U0MIA000001");
    await until(async () => (await holder(root)) === "Mia");
  });

  it("whoever is in the triage channel claims; its bots are no colleagues", async () => {
    const root = await asked("who is on triage? [[id:triage]]");
    await claims(root, "Tim");
    await until(async () => (await holder(root)) === "Tim");
    const bots = await talk.rows(
      "SELECT FROM staff_identities WHERE external_id IN ('U0OTHERBOT1', 'U0BATONBOT1')",
    );
    expect(bots).toEqual([]);
  });

  it("whoever is taken out of the group may claim no more, and what they had waits for others", async () => {
    const root = await asked("can Tim help? [[id:left]]");
    await claims(root, "Tim");
    await until(async () => (await holder(root)) === "Tim");
    await talk.slack.leaves({ user: "Tim", channel: "C0TRIAGE001" }).delivered;
    await until(async () => (await holder(root)) === "general_support");
    const audit = await talk.rows<{ action: string; actor: string }>(
      "SELECT action, actor FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 ORDER BY a.id",
      [root.ts],
    );
    expect(audit.map(({ action, actor }) => (action === "claim" ? action : `${action} by ${actor}`))).toEqual(
      ["claim", "holder left by baton"],
    );
    const tickets = await talk.rows(
      "SELECT t.queue, t.status FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(tickets).toEqual([{ queue: "general_support", status: "open" }]);
    await claims(root, "Tim");
    await refused(root);
    expect(await holder(root)).toBe("general_support");
    await talk.slack.joins({ user: "Tim", channel: "C0TRIAGE001" }).delivered;
    await known(["Mia", "Olga Named", "Tim"]);
  });

  it("whoever is back, or was followed by somebody else, before what they had is given back is not robbed of it", async () => {
    const lock = new pg.Client({ connectionString: talk.house.databaseUrl });
    await lock.connect();
    try {
      const [back, followed] = [await asked("is Tim back? [[id:back]]"), await asked("Mia? [[id:follow]]")];
      for (const root of [back, followed]) {
        await claims(root, "Tim");
        await until(async () => (await holder(root)) === "Tim");
      }
      await talk.settled();
      await lock.query("BEGIN");
      const threads = [back.ts, followed.ts];
      await lock.query("SELECT FROM conversations WHERE thread = ANY ($1) FOR UPDATE", [threads]);
      await talk.slack.leaves({ user: "Tim", channel: "C0TRIAGE001" }).delivered;
      await known(["Mia", "Olga Named"]);
      const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
        AND query LIKE '%FOR NO KEY UPDATE OF c%'`;
      await until(async () => (await talk.rows(waits)).length > 0);
      await talk.slack.joins({ user: "Tim", channel: "C0TRIAGE001" }).delivered;
      // As if the group had been read: the sweep that begins to read it is the one that waits here.
      await lock.query(
        `INSERT INTO staff_group_members (company_id, group_id, external_id, staff_id, name)
         SELECT g.company_id, g.id, 'U0TIM000001', s.id, s.name FROM staff_groups g
         JOIN staff s ON s.company_id = g.company_id AND s.name = 'Tim' WHERE g.external_id = 'C0TRIAGE001'
         ON CONFLICT DO NOTHING`,
      );
      await lock.query("UPDATE staff SET state = 'active' WHERE name = 'Tim'");
      await lock.query(
        `UPDATE conversations c SET owner_staff = s.id, epoch = epoch + 1 FROM staff s
         WHERE s.company_id = c.company_id AND s.name = 'Mia' AND c.thread = $1`,
        [followed.ts],
      );
      await lock.query("COMMIT");
      await until(async () => (await talk.rows(waits)).length === 0);
      await readAgain();
      await known(["Mia", "Olga Named", "Tim"]);
      await talk.settled();
      expect([await holder(back), await holder(followed)]).toEqual(["Tim", "Mia"]);
      const given = await talk.rows(
        "SELECT FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE action = 'holder left' AND c.thread = ANY ($1)",
        [threads],
      );
      expect(given).toEqual([]);
    } finally {
      await lock.end();
    }
  });

  it("whoever is added to the group may claim after that", async () => {
    const root = await asked("who else? [[id:added]]");
    await claims(root, "Ben");
    await refused(root);
    talk.slack.regroups({ user: "Ben", group: "@support-team" });
    await known(["Ben", "Mia", "Olga Named", "Tim"]);
    await claims(root, "Ben");
    await until(async () => (await holder(root)) === "Ben");
    talk.slack.regroups({ user: "Ben", group: "@support-team", remove: true });
    await known(["Mia", "Olga Named", "Tim"]);
  });

  it("of two who are called the same none is assigned by that name", async () => {
    talk.slack.regroups({ user: "U0MIA000002", group: "@support-team" });
    await known(["Mia", "Mia", "Olga Named", "Tim"]);
    const root = await asked("which Mia? [[id:which]]");
    await talk.say("!assign mia", { user: "Tim", thread: root.ts });
    await talk.slack.waitFor(() =>
      talk.heard(root).some((said) => wordsOf(said).includes("more than one colleague is called that")),
    );
    talk.slack.regroups({ user: "U0MIA000002", group: "@support-team", remove: true });
    await known(["Mia", "Olga Named", "Tim"]);
  });

  it("while Slack is away, or refuses to tell, who was in the group stays a colleague", async () => {
    const away = { kind: "status", status: 503, when: "before" } as const;
    talk.slack.faults.api({ method: ["usergroups.users.list", "conversations.members"], do: away });
    await readAgain();
    const first = await asked("is Slack away? [[id:away]]");
    await claims(first, "U0MIA000001");
    await until(async () => (await holder(first)) === "Mia");
    talk.slack.faults.clear();
    const refusal = { kind: "error", error: "missing_scope", extra: { needed: "usergroups:read" } } as const;
    talk.slack.faults.api({ method: "usergroups.users.list", do: refusal });
    await readAgain();
    const second = await asked("is it forbidden? [[id:forbidden]]");
    await claims(second, "U0MIA000001");
    await until(async () => (await holder(second)) === "Mia");
    expect(
      talk.lines.some(
        (line) => line.includes("a group of colleagues cannot be read") && line.includes("add the scope"),
      ),
    ).toBe(true);
  });

  it("whom the file names keeps that name, with what the group gives beside what the file gives", async () => {
    const rows = await talk.rows<{ name: string; roles: string[] }>(
      `SELECT s.name, array_agg(DISTINCT r.role ORDER BY r.role) AS roles FROM staff s
       JOIN staff_identities i ON i.staff_id = s.id JOIN staff_roles r ON r.staff_id = s.id
       WHERE i.external_id = 'U0OLGA00001' GROUP BY s.name`,
    );
    expect(rows).toEqual([{ name: "Olga Named", roles: ["admin", "staff"] }]);
  });
});
