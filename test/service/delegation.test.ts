import { z } from "zod";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defineTool, type Role } from "../../src/core/tool.ts";
import { addStaff, openTalk, type Talk } from "../support/talk.ts";

const ran: Role[] = [];
const readFigures = defineTool({
  name: "read_figures",
  description: "Reads the company's figures.",
  input: z.strictObject({}),
  output: z.unknown(),
  roles: ["analytics"],
  effect: "read",
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0.25,
  run: async (_, { role }) => {
    ran.push(role);
    return { bookings: 4711 };
  },
});

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    tools: [readFigures],
    files: {
      "config/baton.yaml":
        "ai: { agents: { staff: { delegates: [analytics] }, customer: { delegates: [analytics] } } }\n",
      "config/prompts/analytics.md": "You read FIGURES for {{company}}.",
    },
  });
  for (const [id, name, held] of [
    ["U0MIA000001", "Mia", ["staff", "analytics"]],
    ["U0BEN000001", "Ben", ["staff"]],
  ] as const) {
    await addStaff(talk, id, name);
    for (const role of held)
      await talk.rows(
        "INSERT INTO staff_roles (company_id, staff_id, role) SELECT company_id, id, $2 FROM staff WHERE name = $1",
        [name, role],
      );
  }
  talk.model.addRule(({ toolResults, request }) => {
    const isAsked = JSON.stringify(request.messages).includes("You read FIGURES");
    const last = toolResults.at(-1)?.content ?? "";
    if (toolResults.length > 0) return { text: isAsked ? `Counted: ${last}` : `The figures: ${last}` };
    if (isAsked) return { toolCalls: [{ name: "read_figures", arguments: {} }] };
    const call = { name: "hand_to_agent", arguments: { agent: "analytics", task: "How many bookings?" } };
    return { toolCalls: [call] };
  });
}, 60_000);
afterAll(() => talk?.stop());

const ask = async (user: string, channel?: string) => {
  const said = await talk.say("@baton how many bookings are there?", { user, ...(channel && { channel }) });
  const [heard] = await talk.answers(said);
  await talk.settled();
  return heard ?? "";
};

it("a colleague's agent asks another one, whose work is paid, kept and answered with in the same turn (R145)", async () => {
  expect(await ask("Mia")).toContain("4711");
  expect(ran).toEqual(["analytics"]);
  const steps = await talk.rows<{ kind: string; name: string; cost_usd: string; ok: boolean }>(
    `SELECT kind, name, cost_usd, ok FROM steps
     WHERE turn_id = (SELECT id FROM turns ORDER BY started_at DESC LIMIT 1) ORDER BY started_at`,
  );
  expect(steps.filter(({ kind }) => kind === "tool").map(({ name }) => name)).toEqual([
    "read_figures",
    "hand_to_agent",
  ]);
  expect(steps.filter(({ kind }) => kind === "model")).toHaveLength(4);
  expect(steps.every(({ ok }) => ok)).toBe(true);
  const [turn] = await talk.rows<{ cost_usd: string }>(
    "SELECT cost_usd FROM turns ORDER BY started_at DESC LIMIT 1",
  );
  expect(Number(turn?.cost_usd)).toBeGreaterThanOrEqual(0.25);
}, 60_000);

it("neither a colleague without that role nor a customer gets further than their own rights (R145)", async () => {
  ran.length = 0;
  for (const user of ["Ben", "Ana"]) expect(await ask(user)).not.toContain("4711");
  expect(ran).toEqual([]);
}, 60_000);
