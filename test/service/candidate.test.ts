import { afterEach, expect, it } from "vitest";
import { openTalk, type Talk } from "../support/talk.ts";

let talk: Talk | undefined;
afterEach(async () => {
  await talk?.stop();
  talk = undefined;
});

const open = (percent: number) =>
  openTalk({
    env: { OPENAI_MODEL: "gpt-4o-mini", ENABLE_STREAMING: "false" },
    files: {
      "config/baton.yaml": [
        "ai:",
        "  agents:",
        "    customer:",
        `      candidate: { name: next, percent: ${percent}, prompt: next.md, tiers: { complex: [gpt-4o] } }`,
      ].join("\n"),
      "config/prompts/next.md": "NEXT WORDS for {{company}}.",
    },
  });

interface AnsweredTurn {
  readonly conversation_id: string;
  readonly model: string;
  readonly prompt_version: string;
}

it("some conversations try another prompt and model, all their turns do, and each says so (R229)", async () => {
  const { say, answers, settled, rows, model, house } = (talk = await open(50));
  const ask = async (count: number) => {
    const root = await say(`@baton question number ${count}?`);
    await answers(root);
    await say("@baton and what about that?", { thread: root.ts });
    await answers(root, 2);
  };
  await Promise.all(Array.from({ length: 20 }, (_, count) => ask(count)));
  await settled();
  const turns = await rows<AnsweredTurn>("SELECT conversation_id, model, prompt_version FROM turns");
  expect(turns).toHaveLength(40);
  const tried = turns.filter(({ prompt_version: version }) => version.endsWith("@next"));
  expect(tried.length).toBeGreaterThan(0);
  expect(tried.length).toBeLessThan(40);
  for (const { model: asked } of tried) expect(asked).toContain("gpt-4o");
  for (const turn of turns.filter((one) => !tried.includes(one))) expect(turn.model).toContain("gpt-4o-mini");
  for (const group of Map.groupBy(turns, (turn) => turn.conversation_id).values())
    expect(new Set(group.map(({ prompt_version: version }) => version)).size).toBe(1);
  const told = model.history().filter(({ body }) => JSON.stringify(body).includes("NEXT WORDS"));
  expect(told.every((request) => request.model === "gpt-4o")).toBe(true);
  expect(told).toHaveLength(tried.length);
  const page = await (await fetch(`${house.service.url()}/metrics`)).text();
  const counted = (edition: string) =>
    Number(
      new RegExp(
        `ai_edition_answers_total\\{agent="customer",edition="${edition}",outcome="answered"\\} (\\d+)`,
      ).exec(page)?.[1],
    );
  expect(counted("next")).toBe(tried.length);
  expect(counted("stable")).toBe(40 - tried.length);
}, 90_000);

it("with a share of nothing everybody is back with what was there before (R229)", async () => {
  const { say, answers, settled, rows } = (talk = await open(0));
  for (let count = 0; count < 3; count += 1) await answers(await say(`@baton question number ${count}?`));
  await settled();
  const turns = await rows<AnsweredTurn>("SELECT conversation_id, model, prompt_version FROM turns");
  for (const { model, prompt_version: version } of turns) {
    expect(model).toContain("gpt-4o-mini");
    expect(version).not.toContain("@");
  }
}, 60_000);
