import type { ConversationId, TenantId } from "../../core/ids.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { Embedder } from "../embed/embedder.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Knowledge } from "../knowledge.ts";
import type { Audience, Destination } from "../readers.ts";
import type { Language } from "../text/languages.ts";
import { readQuestion, spokenIn } from "../text/read-terms.ts";
import type { AskedQuestion, AskedQuestions } from "./asked-questions.ts";

/** Questions that ask for the same thing, which the documents should answer. */
export interface Gap {
  /** Stays the same while its oldest question does. */
  readonly id: string;
  /** As it was asked last. */
  readonly question: string;
  readonly questions: readonly AskedQuestion[];
  readonly humanMinutes: number;
  /** How often it was asked times the minutes people spent on it; the largest first. */
  readonly weight: number;
  /** A colleague's own public reply without personal data, to be checked before it is published. */
  readonly draft: string | undefined;
  /** All of its questions were answered in the last replay. */
  readonly closed: boolean;
}

/** What the documents miss, and how it gets into them. */
export interface Gaps {
  list(tenantId: TenantId): Promise<Gap[]>;
  /**
   * Publishes an answer that a person approved, then asks all of the gap's questions again, each where it was asked.
   * Undefined for a gap that is not there.
   */
  approve(tenantId: TenantId, id: string, approved: ApprovedAnswer): Promise<Gap | undefined>;
  /** Asks all open questions again and remembers which are answered now; nothing where the signal aborts meanwhile. */
  replay(
    tenantId: TenantId,
    signal?: AbortSignal,
  ): Promise<{ readonly asked: number; readonly closed: number }>;
}

export interface ApprovedAnswer {
  readonly question: string;
  readonly answer: string;
  readonly audience: readonly Audience[];
}

export interface GapsParts {
  readonly questions: AskedQuestions;
  readonly gather: (tenantId: TenantId) => Promise<void>;
  /** Where a question was asked, and by whom: there its answer has to be found. Undefined where that is not known any more. */
  readonly whereAsked: (tenantId: TenantId, id: ConversationId) => Promise<Destination | undefined>;
  readonly knowledge: Pick<Knowledge, "search">;
  readonly ingest: Pick<Ingest, "document">;
  readonly embedder: Embedder;
}

const most = 1_000;
const sameMeaning = 0.8;
const sameWords = 0.6;
// The share of a question's telling words from which a passage answers it.
const answeredFrom = 0.5;
/** Nobody in particular. */
const anybody: Destination = {
  channel: "web",
  installation: "",
  place: { space: "", audience: "direct" },
  role: "customer",
};

export function createGaps(parts: GapsParts): Gaps {
  const { questions, gather, whereAsked, knowledge, ingest, embedder } = parts;

  async function list(tenantId: TenantId): Promise<Gap[]> {
    await gather(tenantId);
    const asked = (await questions.list(tenantId, most)).toReversed();
    const vectors = await embedder.embed(asked.map(({ question }) => question));
    const clusters = cluster(asked, vectors);
    return clusters.map((of) => toGap(tenantId, of)).toSorted((a, b) => b.weight - a.weight);
  }

  async function ask(
    tenantId: TenantId,
    asked: readonly AskedQuestion[],
    signal?: AbortSignal,
  ): Promise<string[]> {
    const answered: string[] = [];
    for (const { id, conversationId, question: text } of asked) {
      signal?.throwIfAborted();
      const destination = (await whereAsked(tenantId, conversationId)) ?? anybody;
      const [best] = await knowledge.search(tenantId, { text, destination, limit: 1, signal });
      if ((best?.relevance ?? 0) >= answeredFrom) answered.push(id);
    }
    return answered;
  }

  async function replayAll(
    tenantId: TenantId,
    asked: readonly AskedQuestion[],
    signal?: AbortSignal,
  ): Promise<number> {
    const answered = new Set(await ask(tenantId, asked, signal));
    await questions.mark(tenantId, [...answered], true);
    await questions.mark(
      tenantId,
      asked.map(({ id }) => id).filter((id) => !answered.has(id)),
      false,
    );
    return answered.size;
  }

  return {
    list,

    async approve(tenantId, id, { question, answer, audience }) {
      const gap = (await list(tenantId)).find((each) => each.id === id);
      if (gap === undefined) return undefined;
      const bytes = new TextEncoder().encode(
        `# ${question.replace(/\s+/gu, " ").trim()}\n\n${answer.trim()}\n`,
      );
      await ingest.document(tenantId, { source: "approved answers", name: `${id}.md`, bytes, audience });
      await replayAll(tenantId, gap.questions);
      return (await list(tenantId)).find((each) => each.id === id);
    },

    async replay(tenantId, signal) {
      const asked = await questions.list(tenantId, most);
      return { asked: asked.length, closed: await replayAll(tenantId, asked, signal) };
    },
  };
}

interface Cluster {
  readonly vector: Float32Array;
  readonly words: AskedWords;
  readonly questions: AskedQuestion[];
}

/** A question's telling words, read in whatever language it is compared in. */
interface AskedWords {
  /** What it is asked in, where its words tell. */
  readonly spoken: Language | undefined;
  termsIn(language: Language): ReadonlySet<string>;
}

function readWords(question: string): AskedWords {
  const spoken = spokenIn(question);
  const known = new Map<Language, ReadonlySet<string>>();
  return {
    spoken,
    termsIn(language) {
      const terms = known.get(language) ?? new Set(readQuestion(question, language, spoken));
      known.set(language, terms);
      return terms;
    },
  };
}

/** Each question joins the first one that asks for the same, in the order they were asked. */
function cluster(asked: readonly AskedQuestion[], vectors: readonly Float32Array[]): AskedQuestion[][] {
  const clusters: Cluster[] = [];
  for (const [at, question] of asked.entries()) {
    const vector = vectors[at] ?? new Float32Array();
    const words = readWords(question.question);
    const same = clusters.find((each) => isSame(each, vector, words));
    if (same === undefined) clusters.push({ vector, words, questions: [question] });
    else same.questions.push(question);
  }
  return clusters.map(({ questions }) => questions);
}

/** A few words alone tell no language: they are read in that of the other question. */
function isSame(one: Cluster, vector: Float32Array, words: AskedWords): boolean {
  const language = one.words.spoken ?? words.spoken ?? "en";
  const [terms, others] = [one.words.termsIn(language), words.termsIn(language)];
  const shared = terms.intersection(others).size;
  const all = terms.union(others).size;
  if (all > 0 && shared / all >= sameWords) return true;
  const cosine = vector.reduce((sum, value, at) => sum + value * (one.vector[at] ?? 0), 0);
  return shared > 0 && cosine >= sameMeaning;
}

function toGap(tenantId: TenantId, questions: readonly AskedQuestion[]): Gap {
  const humanMinutes = questions.reduce((sum, { humanSeconds }) => sum + humanSeconds, 0) / 60;
  const [first, last] = [questions[0], questions.at(-1)];
  return {
    id: deriveId<string>(tenantId, "knowledge gap", first?.id ?? ""),
    question: last?.question ?? "",
    questions,
    humanMinutes: Math.round(humanMinutes * 10) / 10,
    weight: questions.length * Math.max(1, humanMinutes),
    draft: questions.findLast(({ answer }) => answer !== undefined && answer !== "")?.answer,
    closed: questions.every(({ closedAt }) => closedAt !== undefined),
  };
}
