import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openKnowledge as openComposed } from "../../src/compose/open-knowledge.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import { loadOfflineEmbedder, type OfflineEmbedder } from "../../src/knowledge/embed/offline-embedder.ts";
import { createLanceIndex } from "../../src/knowledge/index/lance-index.ts";
import { createParser } from "../../src/knowledge/parse/parser.ts";
import { quotePassages } from "../../src/knowledge/quote-passages.ts";
import { readTerms } from "../../src/knowledge/text/read-terms.ts";
import { createSealer } from "../../src/store/seal.ts";
import { dataKeysIn } from "../../src/tenants/companies.ts";
import { openKnowledge, visitor, type KnowledgeStand } from "./knowledge-stand.ts";

let stand: KnowledgeStand;
let words: OfflineEmbedder;
const masterKey = randomBytes(32);

beforeAll(async () => {
  [stand, words] = await Promise.all([openKnowledge(masterKey), loadOfflineEmbedder()]);
});
afterAll(() => stand.stop());

const pages = {
  "rechnung.md":
    "# Rechnung\n\nDie Rechnungsadresse ändern Sie im Kundenkonto unter Adressen, solange die Ware noch nicht verschickt ist.",
  "versand.md":
    "# Versand\n\nPakete kommen nach zwei bis vier Tagen an. Ab sechzig Euro ist die Lieferung kostenlos.",
  "mot-de-passe.md":
    "# Mot de passe\n\nLa réinitialisation du mot de passe se fait depuis la page de connexion. Le lien reste valable trente minutes.",
  "retours.md":
    "# Retours\n\nVous pouvez nous retourner un article sous trente jours après la livraison, les frais sont à notre charge.",
  "facturas.md":
    "# Facturas\n\nLas facturas se generan al enviar el pedido y se descargan en la página de su cuenta.",
  "envios.md":
    "# Envíos\n\nEl envío a la península tarda de dos a cuatro días y cuesta cinco euros, también para las islas.",
};

async function answerOf(tenantId: TenantId, text: string) {
  const passages = await stand.knowledge.search(tenantId, { text, destination: visitor });
  return (await quotePassages(text, passages, words))?.citations[0]?.title;
}

test("questions in German, French and Spanish are answered from documents that say it in other forms, and others are not", async () => {
  const tenantId = await stand.aCompany();
  for (const [name, text] of Object.entries(pages)) await stand.add(tenantId, name, text);
  const answers = {
    "Wie ändere ich die Adresse auf meinen Rechnungen?": "Rechnung",
    "Ab wie viel Euro sind Lieferungen kostenlos?": "Versand",
    "Comment réinitialiser mes mots de passe ?": "Mot de passe",
    "Puis-je retourner des articles ?": "Retours",
    "¿Dónde puedo descargar una factura?": "Facturas",
    "¿Cuántos días tardan los envíos?": "Envíos",
    "Darf mein Hund mit ins Hotel?": undefined,
    "Quels sont les horaires de la piscine ?": undefined,
    "¿Puedo pedir cita con el médico?": undefined,
  };
  for (const [question, title] of Object.entries(answers))
    expect([question, await answerOf(tenantId, question)]).toEqual([question, title]);
});

test("documents that were read in English alone are found as they were until all are read in their own language", async () => {
  const uri = await mkdtemp(join(tmpdir(), "baton-terms-"));
  const tenantId = await stand.aCompany();
  const former = createLanceIndex({ uri, dimensions: words.dimensions });
  const parser = createParser();
  const { database, documents, questions, progress: store } = stand;
  const inEnglish = readTerms(pages["rechnung.md"]).join(" ");
  const opened = await openComposed({
    companies: [tenantId],
    uri,
    offline: words,
    documents,
    questions,
    parser,
    database,
    sealer: createSealer({ masterKey, ...dataKeysIn(database) }),
    sources: { all: () => [] },
    store,
    safeFetch: () => Promise.reject(new Error("nothing is fetched")),
    rooms: {
      async *read() {
        yield* [];
      },
    },
    log: silentLog,
  });
  try {
    const before = stand.again({
      ...former,
      replace: (id, ids, chunks) =>
        former.replace(
          id,
          ids,
          chunks.map((chunk) => ({ ...chunk, headTerms: "rechnung", terms: inEnglish })),
        ),
    });
    const bytes = new TextEncoder().encode(pages["rechnung.md"]);
    const audience = [{ kind: "public" }] as const;
    await before.ingest.document(tenantId, { source: "upload", name: "rechnung.md", bytes, audience });
    expect(await documents.models(tenantId)).toEqual([words.model]);
    const relevanceOf = async (text: string) =>
      (await opened.knowledge.search(tenantId, { text, destination: visitor }))[0]?.relevance ?? 0;
    expect(await relevanceOf("Rechnungsadresse ändern")).toBeGreaterThan(0.5);
    expect(await relevanceOf("Adresse der Rechnungen")).toBeLessThan(0.5);
    expect(await opened.knowledge.repair(tenantId)).toBe(1);
    expect(await documents.models(tenantId)).not.toContain(words.model);
    await expect.poll(() => relevanceOf("Adresse der Rechnungen"), { timeout: 20_000 }).toBeGreaterThan(0.9);
  } finally {
    parser.stop();
    await opened.knowledge.stop();
    await former.stop();
    await rm(uri, { recursive: true, force: true });
  }
});
