import { createAnswerCache, type CacheScope } from "../../src/agent/cache/answer-cache.ts";
import type { AskedQuestion } from "../../src/agent/cache/decide-caching.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import { deriveId } from "../../src/store/derive-id.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import type { TenantSeal } from "../../src/store/seal.ts";

/** People asking a company the same things over a day, some of them about their own matters. */
export interface Workload {
  readonly name: string;
  readonly asks: number;
  readonly hours: number;
  /** What people ask, the most frequent first; the n-th is asked 1/n as often as the first. */
  readonly questions: readonly string[];
  /** Share of asks that are about the person, the day, or what was said before. */
  readonly personalShare: number;
}

/** What the cache made of it. */
export interface WorkloadResult {
  readonly cacheable: number;
  readonly hits: number;
  readonly hitRate: number;
  readonly ofAll: number;
}

const ways: readonly ((question: string) => string)[] = [
  (question) => question,
  (question) => question.toLowerCase(),
  (question) => question.replace(/[?.!]$/u, ""),
  (question) => `Hi! ${question}`,
  (question) => `${question} Thanks!`,
  (question) => `Hello, ${question.charAt(0).toLowerCase()}${question.slice(1)}`,
  (question) => `${question.replace(/[?.!]$/u, "")}, please?`,
  (question) => question.replaceAll("'", "’"),
];
const personal = [
  "Where is my order?",
  "What about that one?",
  "Are you open today?",
  "My name is Anna, what do I owe?",
  "And the other?",
];

/** Plays a workload against the cache as one process would, with a clock of its own. Nothing of it is random. */
export async function playWorkload(workload: Workload): Promise<WorkloadResult> {
  const { asks, hours, questions, personalShare } = workload;
  let at = 0;
  const now = () => at;
  // Sealing is measured elsewhere.
  const open: TenantSeal = {
    seal: (_, text) => Buffer.from(text),
    open: (_, sealed) => Buffer.from(sealed).toString(),
  };
  const fast = createMemoryFastState({ now, maxItems: 5_000 });
  const cache = createAnswerCache({ fast, sealer: { forTenant: async () => open }, log: silentLog, now });
  const scope: CacheScope = {
    tenantId: deriveId<TenantId>("workload"),
    audience: "direct",
    agent: "customer",
    language: "en",
    knowledgeVersion: "1",
    promptVersion: "1",
  };
  const random = createRandom(workload.asks);
  const pick = createPicker(questions.length, random);
  const signal = new AbortController().signal;
  const counts = { cacheable: 0, hits: 0 };
  for (let each = 0; each < asks; each += 1) {
    at = Math.floor((each / asks) * hours * 60 * 60 * 1000);
    const isPersonal = random() < personalShare;
    const question = isPersonal ? pickFrom(personal, random) : (questions[pick()] ?? "");
    const asked: AskedQuestion = {
      questions: [isPersonal ? question : pickFrom(ways, random)(question)],
      language: "en",
      hasHistory: isPersonal,
      hasDialogue: false,
      hasAttachments: false,
    };
    if ((await cache.find(scope, asked, signal)) !== undefined) {
      counts.hits += 1;
      counts.cacheable += 1;
      continue;
    }
    const { kept } = await cache.keep(scope, asked, anAnswer(question), signal);
    if (kept) counts.cacheable += 1;
  }
  return { ...counts, hitRate: counts.hits / Math.max(1, counts.cacheable), ofAll: counts.hits / asks };
}

function anAnswer(question: string) {
  return {
    body: `This is what the company says about: ${question}`,
    citations: [],
    model: "scripted",
    toolCalls: 0,
    handedOver: false,
    hasDialogue: false,
    hasFiles: false,
    personalized: false,
    confidence: 0.9,
    held: false,
    names: [],
  };
}

/** Numbers from 0 to 1, always the same ones (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Zipf's law: the n-th question has the weight 1/n. */
function createPicker(count: number, random: () => number): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= count; rank += 1) sums.push((sum += 1 / rank));
  return () => {
    const target = random() * sum;
    const found = sums.findIndex((each) => each >= target);
    return found < 0 ? count - 1 : found;
  };
}

function pickFrom<T>(all: readonly [T, ...T[]] | readonly T[], random: () => number): T {
  const found = all[Math.floor(random() * all.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}
