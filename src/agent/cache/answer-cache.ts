import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Role } from "../../core/tool.ts";
import type { FastState } from "../../store/fast-state.ts";
import type { Sealer } from "../../store/seal.ts";
import { decideAnswer, decideQuestion, type AskedQuestion, type GivenAnswer } from "./decide-caching.ts";
import { createSimilarQuestions, type Embedder } from "./similar-questions.ts";

/** Who may be told an answer, and what it rests on. Two questions meet only where all of it is the same. */
export interface CacheScope {
  readonly tenantId: TenantId;
  /** Who reads along, and what they may know: the place's audience and the reader's rights to knowledge. */
  readonly audience: string;
  readonly agent: Role;
  /** The language that is answered in. */
  readonly language: string;
  /** Grows with every change of the company's knowledge, FAQ or rules. */
  readonly knowledgeVersion: string;
  readonly promptVersion: string;
}

const cachedAnswer = z.object({
  body: z.string(),
  citations: z
    .array(z.object({ title: z.string(), url: z.string().optional(), locator: z.string().optional() }))
    .readonly(),
  suggestions: z.array(z.string()).readonly().optional(),
  model: z.string(),
  /** When it was given, milliseconds. */
  at: z.number(),
});

/** An answer that was given before. */
export type CachedAnswer = z.output<typeof cachedAnswer>;

/** How a look ended; for the counters. */
export type CacheLook = "exact" | "similar" | "miss" | "not cacheable";

/** Answers that may be given again. Nothing here ever rejects: without the fast state it misses. */
export interface AnswerCache {
  /** An answer at most as old as the cache's time, to the same question or, with a real embedder, to a similar one. */
  find(scope: CacheScope, asked: AskedQuestion, signal: AbortSignal): Promise<CachedAnswer | undefined>;
  /** The same, up to a week old: for when no model answers. Say that it is from before. Counts as no look. */
  findOld(scope: CacheScope, asked: AskedQuestion): Promise<CachedAnswer | undefined>;
  /** Keeps an answer if others may be told it; resolves with why not. */
  keep(
    scope: CacheScope,
    asked: AskedQuestion,
    given: GivenAnswer & Omit<CachedAnswer, "body" | "at">,
    signal: AbortSignal,
  ): Promise<{ readonly kept: true } | { readonly kept: false; readonly reason: string }>;
  /** Hits among this process's cacheable looks; undefined before the first one. */
  hitRate(tenantId: TenantId): number | undefined;
}

export interface AnswerCacheParts {
  readonly fast: Pick<FastState, "get" | "set">;
  readonly sealer: Pick<Sealer, "forTenant">;
  /** Without one, or with one that is not real, only the same question is found. */
  readonly embedder?: Embedder | undefined;
  /** Cosine from which two questions may be the same. */
  readonly similarFrom?: number | undefined;
  /** How long a look waits for a question's vector, milliseconds. */
  readonly embedWithinMs?: number | undefined;
  readonly ttlMs?: number | undefined;
  /** Answers kept in this process. */
  readonly maxNearby?: number | undefined;
  readonly onLook?: ((look: CacheLook, tenantId: TenantId) => void) | undefined;
  readonly log: Log;
  readonly now?: (() => number) | undefined;
}

interface Heard {
  readonly normalized: string;
  readonly heard: string | undefined;
}

const purpose = "cached answer";
const hourMs = 60 * 60 * 1000;
const weekMs = 7 * 24 * hourMs;
const usualEmbedWithinMs = 300;

export function createAnswerCache(parts: AnswerCacheParts): AnswerCache {
  const { fast, sealer, log, ttlMs = hourMs, embedWithinMs = usualEmbedWithinMs, now = Date.now } = parts;
  const embedder = parts.embedder?.real === true ? parts.embedder : undefined;
  const nearby = new LRUCache<string, CachedAnswer>({ max: parts.maxNearby ?? 10_000 });
  const similar = createSimilarQuestions({ threshold: parts.similarFrom ?? 0.95 });
  const looks = new LRUCache<TenantId, { hits: number; all: number }>({ max: 10_000 });

  async function find(
    scope: CacheScope,
    asked: AskedQuestion,
    signal: AbortSignal,
  ): Promise<CachedAnswer | undefined> {
    const decision = decideQuestion(asked);
    if (decision.kind === "not cacheable") {
      count("not cacheable", scope.tenantId);
      return undefined;
    }
    const { normalized } = decision;
    const exact = await read(scope, normalized, ttlMs, "response");
    if (exact !== undefined) {
      count("exact", scope.tenantId);
      return exact;
    }
    const alike = await findSimilar(scope, { normalized, heard: asked.heard }, signal);
    count(alike === undefined ? "miss" : "similar", scope.tenantId);
    return alike;
  }

  async function findSimilar(
    scope: CacheScope,
    { normalized, heard }: Heard,
    signal: AbortSignal,
  ): Promise<CachedAnswer | undefined> {
    if (heard === undefined) return undefined;
    const vector = await embed(scope.tenantId, normalized, signal);
    if (vector === undefined) return undefined;
    const question = similar.find(toSpace(scope, heard), normalized, vector);
    return question === undefined ? undefined : read(scope, question, ttlMs, "response");
  }

  async function keep(
    scope: CacheScope,
    asked: AskedQuestion,
    given: GivenAnswer & Omit<CachedAnswer, "body" | "at">,
    signal: AbortSignal,
  ): ReturnType<AnswerCache["keep"]> {
    const decision = decideAnswer(asked, given);
    if (decision.kind === "not cacheable") return { kept: false, reason: decision.reason };
    const { body, citations, suggestions, model } = given;
    const answer = { body, citations, model, at: now(), ...(suggestions !== undefined && { suggestions }) };
    await write(scope, decision.normalized, answer);
    const { heard } = asked;
    if (heard === undefined) return { kept: true };
    const vector = await embed(scope.tenantId, decision.normalized, signal);
    if (vector !== undefined) similar.add(toSpace(scope, heard), decision.normalized, vector);
    return { kept: true };
  }

  async function read(
    scope: CacheScope,
    normalized: string,
    maxAgeMs: number,
    kind: "response" | "old",
  ): Promise<CachedAnswer | undefined> {
    const hash = toHash(scope, normalized);
    const near = nearby.get(hash);
    if (near !== undefined && now() - near.at < maxAgeMs) return near;
    const sealed = await fast.get(`query:${hash}:${kind}`);
    if (!Buffer.isBuffer(sealed)) return undefined;
    try {
      const seal = await sealer.forTenant(scope.tenantId);
      const answer = cachedAnswer.parse(JSON.parse(seal.open(purpose, sealed)));
      if (now() - answer.at >= maxAgeMs) return undefined;
      nearby.set(hash, answer);
      return answer;
    } catch (cause) {
      log.warn({ err: cause }, "cached answer not readable; it is asked for again");
      return undefined;
    }
  }

  async function write(scope: CacheScope, normalized: string, answer: CachedAnswer): Promise<void> {
    const hash = toHash(scope, normalized);
    nearby.set(hash, answer);
    try {
      const sealed = (await sealer.forTenant(scope.tenantId)).seal(purpose, JSON.stringify(answer));
      await Promise.all([
        fast.set(`query:${hash}:response`, sealed, { ttlMs }),
        fast.set(`query:${hash}:old`, sealed, { ttlMs: weekMs }),
      ]);
    } catch (cause) {
      log.warn({ err: cause }, "cached answer kept by this process alone");
    }
  }

  /** An embedder that is slow or away costs similar questions, never the answer. */
  async function embed(
    tenantId: TenantId,
    normalized: string,
    signal: AbortSignal,
  ): Promise<ArrayLike<number> | undefined> {
    if (embedder === undefined) return undefined;
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(embedWithinMs)]);
    try {
      return await embedder.embed(normalized, tenantId, inTime);
    } catch (cause) {
      log.debug({ cause: String(cause) }, "question not embedded");
      return undefined;
    }
  }

  function toSpace(scope: CacheScope, heard: string): string {
    return `${embedder?.name ?? ""} ${heard} ${toHash(scope, "")}`;
  }

  function count(look: CacheLook, tenantId: TenantId): void {
    parts.onLook?.(look, tenantId);
    if (look === "not cacheable") return;
    const seen = looks.get(tenantId) ?? { hits: 0, all: 0 };
    looks.set(tenantId, { hits: seen.hits + (look === "miss" ? 0 : 1), all: seen.all + 1 });
  }

  return {
    find,
    findOld: async (scope, asked) => {
      const decision = decideQuestion(asked);
      if (decision.kind === "not cacheable") return undefined;
      return read(scope, decision.normalized, weekMs, "old");
    },
    keep,
    hitRate: (tenantId) => {
      const seen = looks.get(tenantId);
      return seen === undefined ? undefined : seen.hits / seen.all;
    },
  };
}

/** As JSON, so that no two scopes can run into each other. */
function toHash(scope: CacheScope, normalized: string): string {
  const { tenantId, audience, agent, language, knowledgeVersion, promptVersion } = scope;
  const parts = [tenantId, audience, agent, language, knowledgeVersion, promptVersion, normalized];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
