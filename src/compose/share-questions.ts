import { LRUCache } from "lru-cache";
import { normalizeQuestion } from "../agent/cache/normalize-question.ts";
import type { Embedder } from "../knowledge/embed/embedder.ts";

const mostKept = 2_000;
const keptMs = 60_000;
const longest = 500;

/**
 * The same embedder for all who ask for the vector of a question: the answers that may be given again look for one like
 * it, and then the documents are searched. The same question however it was typed is asked of the API once a minute at
 * most; documents, which come in lists or with lines, are not kept.
 */
export function shareQuestions(embedder: Embedder): Embedder {
  const known = new LRUCache<string, Float32Array>({ max: mostKept, ttl: keptMs });
  return {
    ...embedder,
    async embed(texts, signal, payer) {
      const [text] = texts;
      if (text === undefined || texts.length > 1 || text.length > longest || text.includes("\n"))
        return embedder.embed(texts, signal, payer);
      const question = normalizeQuestion(text);
      const before = known.get(question);
      if (before !== undefined) return [before];
      const vectors = await embedder.embed(texts, signal, payer);
      const [vector] = vectors;
      if (vector !== undefined) known.set(question, vector);
      return vectors;
    },
  };
}
