import { describe, expect, test } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import type { Embedder } from "../../../src/knowledge/embed/embedder.ts";
import { loadOfflineEmbedder } from "../../../src/knowledge/embed/offline-embedder.ts";
import { createMemoryIndex } from "../../../src/knowledge/index/memory-index.ts";
import { fuse } from "../../../src/knowledge/retrieve/rank-hits.ts";
import { createRetriever } from "../../../src/knowledge/retrieve/retriever.ts";
import { deriveId } from "../../../src/store/derive-id.ts";

const tenantId = parseId<TenantId>(deriveId("test", "retriever"));
const pages = {
  "Cancel a booking": "Bookings are cancelled on the page My bookings until two hours before the show.",
  Refunds: "Money for a cancelled booking is back on your card within five days.",
  "Lost card": "Block a missing bank card at once under Cards, or ring the hotline.",
  "Error E-4711": "The reader answers E-4711 when its firmware is too old.",
};

async function filled(change: (embedder: Embedder) => Embedder = (same) => same) {
  const offline = await loadOfflineEmbedder();
  const parts = { index: createMemoryIndex(), weigh: offline.weigh, log: silentLog };
  const full = createRetriever({ ...parts, embedder: offline });
  for (const [title, text] of Object.entries(pages)) {
    const id = deriveId<string>("page", title);
    await full.put(tenantId, [
      {
        id,
        groups: ["public"],
        chunks: [{ id: `${id}:0`, title, headings: [], text }],
      },
    ]);
  }
  return createRetriever({ ...parts, embedder: change(offline) });
}
const idOf = (title: keyof typeof pages) => deriveId<string>("page", title);

describe("retrieval", () => {
  test("finds the page that answers, by its heading, its words, or what they mean", async () => {
    const retriever = await filled();
    const first = async (question: string) => (await retriever.find(tenantId, question))[0]?.documentId;
    expect(await first("How can I cancel my booking?")).toBe(idOf("Cancel a booking"));
    expect(await first("when do I get my money back")).toBe(idOf("Refunds"));
    expect(await first("what does e-4711 mean")).toBe(idOf("Error E-4711"));
    expect(await first("somebody stole my debit card")).toBe(idOf("Lost card"));
  });

  test("says how much of the question a page speaks of", async () => {
    const retriever = await filled();
    const [near] = await retriever.find(tenantId, "cancel booking");
    const [far] = await retriever.find(tenantId, "cancel my helicopter licence in Norway");
    expect(near?.relevance).toBe(1);
    expect(far?.relevance ?? 0).toBeLessThan(0.5);
  });

  test("goes on by words alone while the embedder fails", async () => {
    const retriever = await filled((embedder) => ({
      ...embedder,
      embed: () => Promise.reject(new Error("the embedder is down")),
    }));
    const hits = await retriever.find(tenantId, "refunds for a cancelled booking");
    expect(hits[0]?.documentId).toBe(idOf("Refunds"));
  });

  test("finds in the language of the documents, whatever form a word has and whatever it is put together with", async () => {
    const offline = await loadOfflineEmbedder();
    const retriever = createRetriever({
      index: createMemoryIndex(),
      embedder: offline,
      weigh: offline.weigh,
      log: silentLog,
    });
    const put = (title: string, text: string) =>
      retriever.put(tenantId, [
        {
          id: deriveId<string>("page", title),
          groups: ["public"],
          chunks: [{ id: `${deriveId<string>("page", title)}:0`, title, headings: [], text }],
        },
      ]);
    await put(
      "Rechnung",
      "Die Rechnungsadresse ändern Sie im Kundenkonto, solange die Ware noch nicht verschickt ist.",
    );
    await put(
      "Stornieren",
      "Bestellungen storniert man im Kundenkonto, bis sie unser Lager verlassen haben.",
    );
    await put(
      "Mot de passe",
      "La réinitialisation du mot de passe se fait depuis la page de connexion de votre compte.",
    );
    await put(
      "Retours",
      "Vous pouvez retourner un article sous trente jours, les frais sont à notre charge.",
    );
    await put(
      "Facturas",
      "Las facturas se generan al enviar el pedido y se guardan en la página de su cuenta.",
    );
    await put("Envíos", "El envío tarda de dos a cuatro días y cuesta cinco euros, también a las islas.");
    const found = async (question: string) => {
      const [best] = await retriever.find(tenantId, question);
      return { id: best?.documentId, isSure: (best?.relevance ?? 0) >= 0.6 };
    };
    const sure = (title: string) => ({ id: deriveId<string>("page", title), isSure: true });
    expect(await found("Wie ändere ich die Adresse meiner Rechnungen?")).toEqual(sure("Rechnung"));
    expect(await found("Kann ich eine Bestellung stornieren?")).toEqual(sure("Stornieren"));
    expect(await found("comment réinitialiser mes mots de passe ?")).toEqual(sure("Mot de passe"));
    expect(await found("¿Dónde está la factura de mis pedidos?")).toEqual(sure("Facturas"));
  });
});

test("what two searches agree on comes before what one of them puts first", () => {
  const hit = (id: string, textScore: number, similarity: number) => ({
    id,
    documentId: id,
    matched: [],
    textScore,
    headScore: 0,
    similarity,
  });
  const order = fuse([hit("words only", 9, 0), hit("meaning only", 0, 0.9), hit("both", 8, 0.8)]);
  expect(order[0]?.id).toBe("both");
});
