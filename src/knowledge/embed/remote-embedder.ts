import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { PermanentError, TransientError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Embedder } from "./embedder.ts";

/** An API that speaks OpenAI's `POST /embeddings`. */
export interface RemoteEmbedderParts {
  readonly model: string;
  readonly dimensions: number;
  /** With its version, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Calls for documents at most; those for a question are counted and never wait. No limit when left out. */
  readonly callsPerMinute?: number | undefined;
  /** Told of each call that was answered: what a provider charges for. Must not throw. */
  readonly onUsed?: ((used: EmbeddingUse) => void) | undefined;
  /** Pauses between tries; the default suits production. */
  readonly retry?: { readonly attempts: number; readonly minMs: number; readonly maxMs: number } | undefined;
}

/** What one call used, and for whom; nobody where it was for no company. */
export interface EmbeddingUse {
  readonly payer: TenantId | undefined;
  readonly model: string;
  readonly tokens: number;
}

const answer = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })),
  usage: z.object({ total_tokens: z.number().nonnegative() }).optional().catch(undefined),
});
const batch = 128;
const timeoutMs = 30_000;
// A question waits for its vector, and is searched by its words where that takes longer.
const questionTimeoutMs = 2_500;
const kept = 20_000;
const longest = 20_000;

/**
 * Vectors of an API's model, in batches, one after the other; what was embedded lately is not asked for again. Throws
 * TransientError where the API is busy or away after some tries, PermanentError where it refuses.
 */
export function createRemoteEmbedder(parts: RemoteEmbedderParts): Embedder {
  const { model, dimensions, retry = { attempts: 5, minMs: 500, maxMs: 20_000 } } = parts;
  const known = new LRUCache<string, Float32Array>({ max: kept });
  const everyMs = parts.callsPerMinute === undefined ? 0 : 60_000 / parts.callsPerMinute;
  let nextAt = 0;
  const keyOf = (text: string) => createHash("sha256").update(text).digest("base64url");

  /** Each call has its place in time, whoever makes it. What an API asked to be left alone for counts for all. */
  async function takeTurn(isQuestion: boolean, signal: AbortSignal | undefined): Promise<void> {
    const at = Math.max(performance.now(), nextAt);
    nextAt = at + everyMs;
    const wait = at - performance.now();
    if (!isQuestion && wait > 0) await sleep(wait, undefined, { signal });
  }

  async function embedMissing(
    texts: readonly string[],
    signal: AbortSignal | undefined,
    payer: TenantId | undefined,
  ): Promise<void> {
    const attempts = texts.length === 1 ? 1 : retry.attempts;
    for (let attempt = 1; ; attempt += 1) {
      await takeTurn(texts.length === 1, signal);
      try {
        const { vectors, tokens } = await ask(parts, texts, signal);
        parts.onUsed?.({ payer, model, tokens });
        for (const [at, text] of texts.entries())
          known.set(keyOf(text), vectors[at] ?? new Float32Array(dimensions));
        return;
      } catch (cause) {
        signal?.throwIfAborted();
        if (!(cause instanceof TransientError) || attempt >= attempts) throw cause;
        const pause = Math.min(retry.maxMs, cause.retryAfterMs ?? retry.minMs * 2 ** (attempt - 1));
        if (cause.retryAfterMs !== undefined) nextAt = Math.max(nextAt, performance.now() + pause);
        await sleep(pause, undefined, { signal });
      }
    }
  }

  return {
    model,
    dimensions,
    async embed(given, signal, payer) {
      const texts = given.map((text) => text.slice(0, longest));
      const missing = [...new Set(texts.filter((text) => text.trim() !== "" && !known.has(keyOf(text))))];
      const found = new Map<string, Float32Array>();
      for (const text of texts) {
        const vector = known.get(keyOf(text));
        if (vector !== undefined) found.set(text, vector);
      }
      for (let from = 0; from < missing.length; from += batch) {
        const some = missing.slice(from, from + batch);
        await embedMissing(some, signal, payer);
        for (const text of some) found.set(text, known.get(keyOf(text)) ?? new Float32Array(dimensions));
      }
      return texts.map((text) => found.get(text) ?? new Float32Array(dimensions));
    },
  };
}

async function ask(
  { baseUrl, apiKey, model, dimensions }: RemoteEmbedderParts,
  input: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly vectors: Float32Array[]; readonly tokens: number }> {
  const limit = AbortSignal.timeout(input.length === 1 ? questionTimeoutMs : timeoutMs);
  const response = await fetch(`${baseUrl.replace(/\/$/, "")}/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ model, input }),
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  }).catch((cause: unknown) => {
    throw new TransientError("embeddings: the API did not answer", { cause });
  });
  if (!response.ok) throw await toError(response);
  const { data, usage } = answer.parse(await response.json());
  const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => toUnit(embedding));
  if (vectors.length !== input.length || vectors.some(({ length }) => length !== dimensions))
    throw new PermanentError(`embeddings: ${model} does not give ${dimensions} dimensions for each text`);
  return { vectors, tokens: usage?.total_tokens ?? estimateTokens(input) };
}

// Where an API does not say: four letters a token, as providers reckon English.
function estimateTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
}

async function toError(response: Response): Promise<Error> {
  await response.body?.cancel();
  const { status } = response;
  if (status !== 408 && status !== 409 && status !== 429 && status < 500)
    return new PermanentError(`embeddings: the API refused with ${status}`);
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new TransientError(`embeddings: the API answered with ${status}`, {
    ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1_000 }),
  });
}

function toUnit(vector: readonly number[]): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return Float32Array.from(vector, (value) => value / length);
}
