import { afterAll, beforeAll, expect, it } from "vitest";
import { startEmbeddings, tokensEach, type Embeddings } from "../support/embeddings.ts";
import { slowlyMs, takenIn } from "../support/taken-in.ts";
import { openTalk, type Talk } from "../support/talk.ts";

// A thousand tokens of it cost 2 cents, and each text has as many.
const usdEach = 0.02;
const badges = `# Badges\n\nA new badge is made at the front desk: bring a photo and wait for ten minutes.`;

let embeddings: Embeddings;
let talk: Talk;
beforeAll(async () => {
  embeddings = await startEmbeddings();
  talk = await openTalk({
    model: "none",
    env: {
      KNOWLEDGE_EMBEDDINGS: "same-for-all",
      KNOWLEDGE_DIMENSIONS: "8",
      KNOWLEDGE_EMBEDDINGS_URL: embeddings.url,
    },
    files: {
      "config/prices.yaml": `prices:\n  - { model: same-for-all, inputPer1k: ${usdEach}, outputPer1k: 0, asOf: 2026-01-01 }\n`,
      "config/tenants/acme.yaml": "name: Acme\ndefault: true\n",
      "config/knowledge/acme/badges.md": badges,
    },
  });
});
afterAll(async () => {
  await talk.stop();
  await embeddings.stop();
});

it("vectors of documents and of questions are paid for by the company whose they are, in its days and its limit", async () => {
  await takenIn(talk);
  expect(embeddings.texts.some((text) => text.includes("bring a photo"))).toBe(true);
  const root = await talk.say("@baton where do I get a new badge?");
  const [words] = await talk.answers(root, 1, slowlyMs);
  expect(words).toContain("front desk");
  await talk.settled(slowlyMs);
  expect(embeddings.texts.some((text) => /where do I get/i.test(text))).toBe(true);

  await talk.house.restart();
  const count = embeddings.texts.length;
  const rows = await talk.rows(
    "SELECT slug, agent_type, model, input_tokens::int AS tokens, model_usd::float AS usd FROM cost_days d JOIN companies c ON c.id = d.company_id WHERE agent_type = 'embeddings'",
  );
  expect(rows).toEqual([
    {
      slug: "acme",
      agent_type: "embeddings",
      model: "same-for-all",
      tokens: count * tokensEach,
      usd: expect.closeTo(count * usdEach, 6) as number,
    },
  ]);
  const page = await (await fetch(`${talk.house.service.url()}/metrics`)).text();
  const spent = /^\w*cost\w*\{company="all"\} ([\d.e-]+)$/gmu;
  expect([...page.matchAll(spent)].map(([, usd]) => Number(usd))).toContainEqual(
    expect.closeTo(count * usdEach, 4),
  );
}, 240_000);
