import { afterAll, beforeAll, expect, it } from "vitest";
import { answerFromDocuments } from "../../simulators/openai/answer-from-documents.ts";
import { startEmbeddings, type Embeddings } from "../support/embeddings.ts";
import { slowlyMs, takenIn } from "../support/taken-in.ts";
import { openTalk, type Talk } from "../support/talk.ts";

let embeddings: Embeddings;
let talk: Talk;
beforeAll(async () => {
  embeddings = await startEmbeddings();
  talk = await openTalk({
    pace: { similarWithinMs: 10_000 },
    env: {
      KNOWLEDGE_EMBEDDINGS: "same-for-all",
      KNOWLEDGE_DIMENSIONS: "8",
      KNOWLEDGE_EMBEDDINGS_URL: embeddings.url,
    },
    files: {
      "config/tenants/acme.yaml": "name: Acme\ndefault: true\n",
      "config/knowledge/acme/badges.md": "# Badges\n\nA new badge is made at the front desk: bring a photo.",
    },
  });
  talk.model.addRule(answerFromDocuments);
});
afterAll(async () => {
  await talk.stop();
  await embeddings.stop();
});

it("a question is embedded once, for the answers that may be given again and for the documents", async () => {
  await takenIn(talk);
  const root = await talk.say("@baton Where does one get a new badge around here?");
  const [words] = await talk.answers(root, 1, slowlyMs);
  expect(words).toContain("front desk");
  await talk.settled(slowlyMs);
  expect(embeddings.texts.filter((text) => /one get a new badge around/i.test(text))).toHaveLength(1);
}, 240_000);
