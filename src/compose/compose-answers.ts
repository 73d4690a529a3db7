import { createSimulatedPayments } from "../../tools/cinema/payment-desk.ts";
import { createSettlePayment } from "../../tools/cinema/settle-payment.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import type { Tool } from "../core/tool.ts";
import { createSafeFetch } from "../guard/addresses/safe-fetch.ts";
import { createSuggestions } from "../handoff/deck/suggestions.ts";
import { createTickets } from "../handoff/tickets.ts";
import type { Arrival } from "../inbox/inbox.ts";
import { createRemoteEmbedder } from "../knowledge/embed/remote-embedder.ts";
import { createReviewedAnswers } from "../knowledge/reviewed/reviewed-answers.ts";
import type { Settings } from "../settings.ts";
import { createRoomReader } from "../settings/edit-rooms.ts";
import type { Store } from "../store/store.ts";
import { createBackgroundCalls } from "../turns/background-calls.ts";
import { createLater } from "../turns/later.ts";
import { composeAgent } from "./compose-agent.ts";
import type { ComposedDesks } from "./compose-desks.ts";
import type { Ground } from "./compose-ground.ts";
import { composeKnowledge } from "./compose-knowledge.ts";
import { composeMoney } from "./compose-money.ts";
import { composeTools } from "./compose-tools.ts";
import { composeTriggers } from "./compose-triggers.ts";
import type { Pace } from "./pace.ts";
import { shareQuestions } from "./share-questions.ts";

interface AnswerParts {
  readonly settings: Settings;
  readonly store: Pick<Store, "fast" | "reports">;
  readonly ground: Ground;
  readonly desks: Pick<ComposedDesks, "approvals" | "room">;
  readonly pace: Pace;
  /** Tools beside those of the registry. */
  readonly extraTools: readonly Tool[];
  /** Where people reach this process, for pages to pay on; asked once it is started. */
  readonly publicUrl: () => string;
  readonly onNews: (news: Omit<Arrival, "urgent">) => void;
  readonly log: Log;
}

/** What answers: the agent with its documents, its tools and its money, and what it leaves to be done later. */
export async function composeAnswers(parts: AnswerParts) {
  const { settings, store, ground, desks, pace, onNews, log } = parts;
  const { fast } = store;
  const { database, sealer, queue, companies, data, files, leases, channels, metrics } = ground;
  const payments = createSimulatedPayments({
    data,
    publicUrl: parts.publicUrl,
    settle: createSettlePayment(data),
  });
  const hasDemo = settings.tenants.some(({ demo }) => demo !== undefined);
  const business = hasDemo ? { data, payments } : undefined;
  const money = composeMoney({ settings, fast, database, metrics, log });
  const { budget, embeddings } = money;
  const embedder = embeddings && shareQuestions(createRemoteEmbedder(embeddings));
  const background = createBackgroundCalls({
    database,
    sealer,
    queue,
    files,
    toolOf: (name) => tools.inBackground.get(name),
    timeoutMs: settings.backgroundMinutes * 60_000,
    graceMs: pace.sweepGraceMs,
    holdMs: pace.lease?.ttlMs,
    room: desks.room,
    onNews,
    log,
  });
  const knowledge = await composeKnowledge({
    tenants: settings.tenants,
    roomsNow: createRoomReader(settings.folder),
    roomsLookMs: pace.roomsLookMs,
    uri: settings.knowledgeUri,
    channels,
    embeddings,
    embedder,
    database,
    sealer,
    safeFetch: createSafeFetch({ allowedOrigins: settings.tools.allowedOrigins, log }),
    fast,
    leases,
    calmMs: pace.knowledgeCalmMs,
    watch: {
      searched: (outcome, best) => {
        metrics.lookUps.inc({ outcome });
        if (best !== undefined) metrics.bestPassage.observe(best);
      },
      vector: (outcome) => metrics.questionVectors.inc({ outcome }),
    },
    log,
  });
  const reviewed = createReviewedAnswers({ database, sealer, open: knowledge.open, log });
  const later = createLater({ database, sealer, onNews, log });
  const tools = await composeTools({
    settings,
    reminders: later,
    budget,
    knowledge,
    tickets: createTickets({ database, sealer }),
    business,
    people: settings.ai.memory.profiles ? data : undefined,
    reports: store.reports,
    extra: parts.extraTools,
    approvals: desks.approvals,
    background,
    log,
  });
  const { agent, limits, memory } = composeAgent({
    settings,
    tools: tools.offered,
    lookUp: knowledge.lookUp,
    documentsVersionOf: knowledge.versionOf,
    hasDocuments: knowledge.has,
    closeness: knowledge.closeness,
    embedder,
    similarWithinMs: pace.similarWithinMs,
    fast,
    sealer,
    budget,
    metrics,
    modelRetry: pace.modelRetry,
    log,
  });
  const { triggers, warmUp } = composeTriggers(settings, { hasModels: agent.hasModels, log });
  const writes = new Set(tools.offered.flatMap(({ name, effect }) => (effect === "write" ? [name] : [])));
  const suggestions = createSuggestions({ database, sealer, companies, agent, writes, onNews, log });
  const lasting = new Set([...writes, ...tools.inBackground.keys(), ...tools.approvable.keys()]);
  return {
    agent,
    lasting,
    limits,
    memory,
    tools,
    knowledge,
    reviewed,
    money,
    background,
    later,
    suggestions,
    business,
    triggers,
    warmUp: warmedUp([() => agent.warmUp(), warmUp], log),
  };
}

/** What answers is much of a start: it is loaded once the doors are open; a turn that comes sooner waits for it. */
function warmedUp(warmUps: readonly (() => Promise<void>)[], log: Log): Part {
  return {
    name: "agent",
    start: async () => {
      for (const warmUp of warmUps)
        warmUp().catch((cause: unknown) => log.error({ err: cause }, "what answers could not be loaded"));
    },
    stop: async () => {},
  };
}
