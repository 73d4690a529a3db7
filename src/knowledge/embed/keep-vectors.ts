import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { TenantId } from "../../core/ids.ts";
import type { Embedder } from "./embedder.ts";

const mostKept = 5_000;

export interface KeepVectorsOptions {
  readonly max?: number | undefined;
  /** Told of each single question. */
  readonly onLook?: ((outcome: "at hand" | "made") => void) | undefined;
}

/**
 * The same embedder, which remembers what single questions came to: those asked often cost nothing again. A question is
 * kept by its digest, never as words; what a document is made of comes in lists and is not kept.
 */
export function keepVectors<E extends Embedder>(embedder: E, options: KeepVectorsOptions = {}): E {
  const { max = mostKept, onLook } = options;
  const known = new LRUCache<string, Float32Array>({ max });

  async function embed(
    texts: readonly string[],
    signal?: AbortSignal,
    payer?: TenantId,
  ): Promise<Float32Array[]> {
    const [text] = texts;
    if (text === undefined || texts.length > 1) return embedder.embed(texts, signal, payer);
    const key = createHash("sha256").update(text).digest("base64url");
    const before = known.get(key);
    onLook?.(before === undefined ? "made" : "at hand");
    if (before !== undefined) return [before];
    const vectors = await embedder.embed(texts, signal, payer);
    const [vector] = vectors;
    if (vector !== undefined) known.set(key, vector);
    return vectors;
  }

  return { ...embedder, embed };
}
