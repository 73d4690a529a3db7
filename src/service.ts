import { createChannels } from "../channels/registry.ts";
import { createSimulatedPayments } from "../tools/cinema/payment-desk.ts";
import { createSettlePayment } from "../tools/cinema/settle-payment.ts";
import { createProfiles } from "../tools/support/profiles.ts";
import { type PreparedAgent } from "./agent/agent.ts";
import { createHotMemory } from "./agent/hot-memory.ts";
import { composeAgent } from "./compose/compose-agent.ts";
import { composeDesks } from "./compose/compose-desks.ts";
import { composeDoors } from "./compose/compose-doors.ts";
import { composeHttp } from "./compose/compose-http.ts";
import { composeKnowledge } from "./compose/compose-knowledge.ts";
import { composeMoney } from "./compose/compose-money.ts";
import { composeOutside } from "./compose/compose-outside.ts";
import { composeTools } from "./compose/compose-tools.ts";
import { composeTriggers } from "./compose/compose-triggers.ts";
import { defaultPace, usualTimes, type Pace } from "./compose/pace.ts";
import { composeWorker } from "./compose/compose-worker.ts";
import { watchBookings } from "./compose/watch-bookings.ts";
import { watchOutcomes } from "./compose/watch-outcomes.ts";
import { ownerIn, prepareTenant } from "./compose/prepare-tenants.ts";
import type { Log } from "./core/log.ts";
import type { Part } from "./core/part.ts";
import type { Tool } from "./core/tool.ts";
import { createWebDoor } from "./core/web-door.ts";
import { createSafeFetch } from "./guard/addresses/safe-fetch.ts";
import { createReacted } from "./handoff/deck/reacted.ts";
import { createSuggestions } from "./handoff/deck/suggestions.ts";
import { createHandoff } from "./handoff/handoff.ts";
import { createAnnouncements } from "./handoff/announcements.ts";
import { createTickets } from "./handoff/tickets.ts";
import { createChat, type ChatParts } from "./http/chat/chat.ts";
import type { HttpParts } from "./http/http.ts";
import { createHeldMessages } from "./inbox/held-messages.ts";
import { createInbox, type Arrival } from "./inbox/inbox.ts";
import { createTranscript } from "./inbox/transcript.ts";
import { mirrorInteractions } from "./insights/interactions.ts";
import { createMetrics } from "./insights/metrics.ts";
import { createTracing } from "./insights/tracing.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createFileTickets } from "./outbox/file-tickets.ts";
import { createOutbox } from "./outbox/outbox.ts";
import { createReplyFiles } from "./outbox/reply-files.ts";
import { createReviewedAnswers } from "./knowledge/reviewed/reviewed-answers.ts";
import { createQueue, type Queue } from "./queue/queue.ts";
import type { Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";
import { createLeases } from "./store/leases.ts";
import { createSealer } from "./store/seal.ts";
import type { Store } from "./store/store.ts";
import { createTenantData } from "./store/tenant-data.ts";
import { createCompanies, dataKeysIn } from "./tenants/companies.ts";
import { createInstallations } from "./tenants/installations.ts";
import { createWebSessionSweep } from "./tenants/web-session-sweep.ts";
import { createAdmission } from "./turns/admission.ts";
import { createPriorities, putLowLast } from "./compose/put-low-last.ts";
import { createLater } from "./turns/later.ts";
import { createApologies } from "./turns/apologies.ts";
import { createBackgroundCalls } from "./turns/background-calls.ts";
import { createMemoryKeeper } from "./turns/memory-keeper.ts";
import { createSweeper } from "./turns/sweeper.ts";
import { createTurns } from "./turns/turns.ts";

/** Everything, built and ready to start. */
export interface Service extends Lifecycle {
  /** Where the HTTP server listens, once started. */
  readonly url: () => string;
}

/** Turns that go on in a process that has doors to keep while its event loop is busy. */
const busyTurns = 8;

export interface ServiceParts {
  readonly settings: Settings;
  readonly store: Store;
  readonly log: Log;
  readonly pace?: Pace | undefined;
  /** Tools beside those of the registry. */
  readonly tools?: readonly Tool[] | undefined;
  /** Pages of their own, beside the channels' doors. */
  readonly pages?: HttpParts["extra"];
  /** Bounds and clocks of the chat for web sites; the defaults suit production. */
  readonly chat?: Pick<ChatParts, "limits" | "tokenTimes" | "now"> | undefined;
  /** Lends the database and the queue to something in between, for a look or a fault. */
  readonly lend?: { database(database: Database): Database; queue(queue: Queue): Queue } | undefined;
}

/** Builds the house: stores below, then queue, rooms, channels, doors. Nothing runs before `start`. */
export async function createService(parts: ServiceParts): Promise<Service> {
  const { settings, store, log, pace = defaultPace, lend } = parts;
  const { fast } = store;
  const database = lend?.database(store.database) ?? store.database;
  const doorsDatabase = lend?.database(store.doors) ?? store.doors;
  const metrics = createMetrics();
  const sealer = createSealer({
    masterKey: store.masterKey,
    previousMasterKey: store.previousMasterKey,
    ...dataKeysIn(database),
  });
  const ownQueue = createQueue({
    backend:
      settings.redis.url === undefined
        ? { kind: "postgres", url: store.ownerUrl }
        : { kind: "redis", url: settings.redis.url },
    log,
  });
  const priorityOf = createPriorities(settings.tenants);
  const queue = putLowLast(lend?.queue(ownQueue) ?? ownQueue, priorityOf);
  const companies = createCompanies({ database, fast });
  const data = createTenantData({
    database,
    sealer,
    onAnnounced: (tenantId) => void announcements?.tell(tenantId),
  });
  for (const tenant of settings.tenants) await prepareTenant({ database, data, companies }, tenant);
  const installations = createInstallations({ database, sealer, fast, ownerOf: ownerIn(settings), log });
  const transcript = createTranscript({ database, sealer, installations, fast });
  const webDoor = createWebDoor();
  const masterKeys = [store.masterKey, store.previousMasterKey].filter((key) => key !== undefined);
  const files = createReplyFiles({
    database,
    sealer,
    tickets: createFileTickets({ masterKeys }),
    publicUrl: settings.http.publicUrl,
  });
  const leases = createLeases({ database: doorsDatabase, log, ttlMs: pace.channelLeaseMs });
  const channels = createChannels(settings.channels, {
    installationsOf: installations.forChannel,
    transcript,
    webDoor,
    leases,
    openTicket: files.open,
    log,
  });
  const outbox = createOutbox({
    database,
    channels,
    files,
    retry: pace.delivery,
    count: (outcome, channel) => metrics.deliveries.inc({ channel, outcome }),
    log,
  });
  const onNews = (news: Omit<Arrival, "urgent">) => turns.onArrival({ ...news, urgent: false });
  const { approvals, drafts, draftMode, room, rooms, promises, reactions, press, sweeps } = composeDesks({
    files,
    settings,
    database,
    sealer,
    channels,
    noteAfterMs: pace.draftNoteMs ?? usualTimes.draftNoteMs,
    onNews,
    log,
  });
  const { outside, satisfaction, sla, followers } = composeOutside({
    settings,
    database,
    sealer,
    metrics,
    room,
    waitsMs: pace.outsideMs,
    onNews,
    log,
  });
  const handoff = createHandoff({
    database,
    sealer,
    approvals: {
      press: async (...pressed) => (await press(...pressed)) ?? satisfaction.press(...pressed),
    },
    rooms,
    promises,
    followers: [...followers, promises.follow],
    holdMs: pace.undoMs ?? usualTimes.undoMs,
    onNews,
    onReviewed: (tenantId) => void reviewed.publish(tenantId),
    // A process that only takes messages in leaves it to the sweep of those that answer.
    onSuggestionWanted: (...wanted) => settings.role !== "edge" && suggestions.soon(...wanted),
    onChanged: (subject) => {
      turns.onChanged(subject);
      chat.onChanged(subject.conversationId);
    },
    log,
  });
  const { ai } = settings;
  const payments = createSimulatedPayments({
    data,
    publicUrl: () => settings.http.publicUrl ?? http.url,
    settle: createSettlePayment(data),
  });
  const hasDemo = settings.tenants.some(({ demo }) => demo !== undefined);
  const business = hasDemo ? { data, payments } : undefined;
  const money = composeMoney({ settings, fast, database, metrics, log });
  const { ledger, budget, embeddings } = money;
  const background = createBackgroundCalls({
    database,
    sealer,
    queue,
    files,
    toolOf: (name) => tools.inBackground.get(name),
    timeoutMs: settings.backgroundMinutes * 60_000,
    graceMs: pace.sweepGraceMs,
    holdMs: pace.lease?.ttlMs,
    room,
    onNews,
    log,
  });
  const knowledge = await composeKnowledge({
    tenants: settings.tenants,
    uri: settings.knowledgeUri,
    channels,
    embeddings,
    database,
    sealer,
    safeFetch: createSafeFetch({ allowedOrigins: settings.tools.allowedOrigins, log }),
    fast,
    leases,
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
    people: ai.memory.profiles ? data : undefined,
    reports: store.reports,
    extra: parts.tools ?? [],
    approvals,
    background,
    log,
  });
  const {
    agent,
    limits,
    memory: memoryParts,
  } = composeAgent({
    settings,
    tools: tools.offered,
    lookUp: knowledge.lookUp,
    documentsVersionOf: knowledge.versionOf,
    hasDocuments: knowledge.has,
    closeness: knowledge.closeness,
    embeddings,
    similarWithinMs: pace.similarWithinMs,
    fast,
    sealer,
    budget,
    metrics,
    modelRetry: pace.modelRetry,
    log,
  });
  const writes = new Set(tools.offered.flatMap(({ name, effect }) => (effect === "write" ? [name] : [])));
  const suggestions = createSuggestions({ database, sealer, companies, agent, writes, onNews, log });
  const { remember } = createProfiles(data);
  // A process that only answers has no doors to keep open.
  const admission = createAdmission(settings.role === "worker" ? settings.workers : busyTurns, {
    mostWaiting: Math.ceil(settings.workers / 4),
    patienceMs: pace.lowPatienceMs,
  });
  const calm = async (signal?: AbortSignal) => {
    if (await admission.calm(usualTimes.mostPutOffMs, signal)) metrics.shed.inc({ what: "background" });
  };
  const memory = createMemoryKeeper({ database, sealer, ...memoryParts, remember, calm, log });
  const turns = createTurns({
    database,
    outbox,
    agent,
    memory,
    hot: createHotMemory(fast),
    remembersPeople: ai.memory.profiles,
    length: ai.conversation,
    triggers: composeTriggers(settings, { hasModels: agent.hasModels, log }),
    files,
    companies,
    metrics,
    sealer,
    queue,
    fast,
    handoff,
    accept: (envelope) => inbox.accept(envelope),
    limits,
    approvable: tools.approvable,
    takeAsked: approvals.takeAsked,
    drafts,
    draftMode,
    room,
    rooms,
    onPosted: onNews,
    streaming: ai.streaming,
    aiEnabled: ai.enabled,
    window: toWindow(ai.memory),
    debounceMs: settings.debounceMs,
    receiptDelayMs: pace.receiptDelayMs,
    apologyAfterMs: pace.apologyAfterMs ?? usualTimes.apologyAfterMs,
    askAgainMs: pace.askAgainMs ?? usualTimes.askAgainMs,
    leaseTimes: pace.lease,
    log,
  });
  const held = createHeldMessages({ database: doorsDatabase, sealer });
  const inbox = createInbox({
    database: doorsDatabase,
    sealer,
    installations,
    held,
    rooms,
    reacted: reactions.beside(createReacted({ database: doorsDatabase })),
    readsBack: (channel) => channels.get(channel)?.capabilities.reconciles !== false,
    onArrival: turns.onArrival,
    onBeginning: ({ channel }) => metrics.conversations.inc({ channel, agent: "customer" }),
    onLateBeginning: (message) => {
      const channel = channels.get(message.channel);
      if (channel !== undefined) doors.readAfter(channel, message);
    },
    onMembership: (envelope) => {
      const channel = channels.get(envelope.channel);
      if (envelope.change === "rate limited" && channel !== undefined) void doors.catchUpWith(channel);
    },
    count: (outcome, channel) => metrics.accepted.inc({ channel, outcome }),
    log,
  });
  const doors = composeDoors({
    channels: [...channels.values()],
    accept: knowledge.overhear(inbox.accept),
    database,
    log,
  });
  // Only the tools of a business leave something to be said later.
  const announcements =
    business &&
    createAnnouncements({
      database,
      sealer,
      data,
      handoff,
      onNews,
      log,
    });
  const apologies = createApologies({
    database,
    sealer,
    afterMs: pace.apologyAfterMs ?? usualTimes.apologyAfterMs,
    onNews,
    log,
  });
  const sweeper = createSweeper({
    database,
    queue,
    handoff,
    also: {
      ...sweeps,
      "promised times": sla.sweep,
      "reviewed answers": reviewed.sweep,
      "suggested replies": suggestions.sweep,
      "systems outside": outside.sweep,
      "calls in the background": background.sweep,
      apologies: apologies.sweep,
      "what is said later": later.sweep,
    },
    channels,
    everyMs: pace.sweepEveryMs,
    graceMs: pace.sweepGraceMs,
    log,
  });
  const sweepSessions = createWebSessionSweep({ database });
  const worker = composeWorker({
    queue,
    admission,
    priorityOf,
    turn: turns.run,
    call: background.run,
    sweep: () => Promise.all([sweeper.sweep(), announcements?.sweep()]),
    maintain: async () => {
      await calm();
      await Promise.all([
        mirrorInteractions(database),
        files.sweep(),
        sweepSessions(),
        held.sweep(),
        ledger.fill(new Date()),
      ]);
    },
    options: {
      concurrency: settings.workers,
      lockMs: pace.queueLockMs,
      stalledEveryMs: pace.queueStalledEveryMs,
    },
  });
  const chat = createChat({
    database: doorsDatabase,
    sealer,
    fast,
    installations,
    book: createTranscript({ database: doorsDatabase, sealer, installations, fast }),
    door: webDoor,
    masterKeys,
    publicUrl: settings.http.publicUrl,
    files,
    ...parts.chat,
    companies,
    messageLimits: limits,
    log,
  });
  const http = composeHttp({
    settings,
    channels,
    chat,
    openFile: files.open,
    knowledge: knowledge.managed,
    payments: business && payments,
    health: { database: () => database.health(), redis: () => fast.health(), agent: () => agent.health() },
    fast,
    metrics,
    pages: parts.pages,
    log,
  });
  metrics.watchQueue(() => queue.depth());
  watchBookings({ settings, database, metrics });
  watchOutcomes({ settings, database, metrics });
  const isEdge = settings.role !== "worker";
  const isWorker = settings.role !== "edge";
  const lifecycle = createLifecycle(
    [
      createTracing({ endpoint: settings.tracing.endpoint }),
      { name: "stores", start: async () => {}, stop: () => store.close() },
      { name: "installations", start: () => installations.start(), stop: () => installations.stop() },
      tools.servers,
      money.bill,
      knowledge.part,
      { name: "queue", start: () => queue.start(), stop: () => queue.stop() },
      memory,
      suggestions,
      turns,
      outside,
      ...(isWorker ? [worker, sweeper] : []),
      ...(isEdge ? [chat, doors] : []),
      http,
      ...(isWorker ? [warmedUp(agent, log), knowledge.sources] : []),
    ],
    settings.shutdownMs,
  );
  return { ...lifecycle, url: () => http.url };
}

/** The model client's code is much of a start: it is loaded once the doors are open; a turn that comes sooner waits for it. */
function warmedUp(agent: PreparedAgent, log: Log): Part {
  return {
    name: "agent",
    start: async () => {
      agent
        .warmUp()
        .catch((cause: unknown) => log.error({ err: cause }, "the model client could not be loaded"));
    },
    stop: async () => {},
  };
}

/** Messages fetched for a turn: what its memory may keep of them. */
function toWindow({ mode, messages }: Settings["ai"]["memory"]): number {
  return mode === "window" ? messages : mostFetched;
}

/** Enough for 20 exchanges, and for what fits 8 000 tokens of short messages. */
const mostFetched = 200;
