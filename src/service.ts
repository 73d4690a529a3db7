import { createProfiles } from "../tools/support/profiles.ts";
import { createHotMemory } from "./agent/hot-memory.ts";
import { composeAnswers } from "./compose/compose-answers.ts";
import { composeDesks, type DeskParts } from "./compose/compose-desks.ts";
import { composeGround, type Lend } from "./compose/compose-ground.ts";
import { composeHttp } from "./compose/compose-http.ts";
import { composeInbox } from "./compose/compose-inbox.ts";
import { composeOutside } from "./compose/compose-outside.ts";
import { defaultPace, usualTimes, type Pace } from "./compose/pace.ts";
import { composeWorker } from "./compose/compose-worker.ts";
import { watchBookings } from "./compose/watch-bookings.ts";
import { watchOutcomes } from "./compose/watch-outcomes.ts";
import type { Log } from "./core/log.ts";
import type { Tool } from "./core/tool.ts";
import { createHandoff } from "./handoff/handoff.ts";
import { createTicketWords } from "./handoff/outside/ticket-words.ts";
import { createAnnouncements } from "./handoff/announcements.ts";
import { createChat, type ChatParts } from "./http/chat/chat.ts";
import type { HttpParts } from "./http/http.ts";
import type { Arrival } from "./inbox/inbox.ts";
import { createTranscript } from "./inbox/transcript.ts";
import { mirrorInteractions } from "./insights/interactions.ts";
import { createTracing } from "./insights/tracing.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store/store.ts";
import { createWebSessionSweep } from "./tenants/web-session-sweep.ts";
import { createAdmission } from "./turns/admission.ts";
import { createApologies } from "./turns/apologies.ts";
import { createMemoryKeeper } from "./turns/memory-keeper.ts";
import { createSweeper } from "./turns/sweeper.ts";
import { createTurns } from "./turns/turns.ts";

/** Everything, built and ready to start. */
export interface Service extends Lifecycle {
  /** Where the HTTP server listens, once started. */
  readonly url: () => string;
}

/** Messages fetched for a turn where its memory chooses among them: enough for 20 exchanges, and for 8 000 tokens of short ones. */
const mostFetched = 200;

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
  readonly lend?: Lend | undefined;
}

/** Builds the house: stores below, then queue, rooms, channels, doors. Nothing runs before `start`. */
export async function createService(parts: ServiceParts): Promise<Service> {
  const { settings, store, log, pace = defaultPace, lend } = parts;
  const { fast } = store;
  const ground = await composeGround({
    settings,
    store,
    pace,
    lend,
    onAnnounced: (tenantId) => void announcements?.tell(tenantId),
    log,
  });
  const { database, doorsDatabase, metrics, sealer, queue, priorityOf, companies, data } = ground;
  const { installations, files, channels, outbox } = ground;
  const onNews = (news: Omit<Arrival, "urgent">) => turns.onArrival({ ...news, urgent: false });
  // A process that only takes messages in leaves it to the sweep of those that answer.
  const onSuggestionWanted: DeskParts["onSuggestionWanted"] = (...wanted) =>
    settings.role !== "edge" && suggestions.soon(...wanted);
  const desks = composeDesks({
    files,
    settings,
    database,
    sealer,
    channels,
    noteAfterMs: pace.draftNoteMs ?? usualTimes.draftNoteMs,
    staffTimes: pace.staffGroups,
    onNews,
    onSuggestionWanted,
    log,
  });
  const { approvals, drafts, answerMode, room, rooms, promises, press, sweeps, staffGroups } = desks;
  const { outside, satisfaction, sla, followers, signersOf } = composeOutside({
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
    onStranger: (tenantId) => void staffGroups.soon(tenantId),
    onSuggestionWanted,
    onChanged: (subject) => {
      turns.onChanged(subject);
      chat.onChanged(subject.conversationId);
    },
    log,
  });
  const { ai } = settings;
  const answers = await composeAnswers({
    settings,
    store,
    ground,
    desks,
    pace,
    extraTools: parts.tools ?? [],
    publicUrl: () => settings.http.publicUrl ?? http.url,
    onNews,
    log,
  });
  const { agent, limits, tools, knowledge, reviewed, money, background, later, suggestions, business } =
    answers;
  const { remember } = createProfiles(data);
  // A process that only answers has no doors to keep open.
  const admission = createAdmission(settings.role === "worker" ? settings.workers : busyTurns, {
    mostWaiting: Math.ceil(settings.workers / 4),
    patienceMs: pace.lowPatienceMs,
  });
  const calm = async (signal?: AbortSignal) => {
    if (await admission.calm(usualTimes.mostPutOffMs, signal)) metrics.shed.inc({ what: "background" });
  };
  const memory = createMemoryKeeper({ database, sealer, ...answers.memory, remember, calm, log });
  const turns = createTurns({
    database,
    outbox,
    agent,
    memory,
    hot: createHotMemory(fast),
    remembersPeople: ai.memory.profiles,
    length: ai.conversation,
    triggers: answers.triggers,
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
    lasting: answers.lasting,
    takeAsked: approvals.takeAsked,
    drafts,
    answerMode,
    room,
    rooms,
    onPosted: onNews,
    streaming: ai.streaming,
    aiEnabled: ai.enabled,
    window: ai.memory.mode === "window" ? ai.memory.messages : mostFetched,
    debounceMs: settings.debounceMs,
    receiptDelayMs: pace.receiptDelayMs,
    apologyAfterMs: pace.apologyAfterMs ?? usualTimes.apologyAfterMs,
    askAgainMs: pace.askAgainMs ?? usualTimes.askAgainMs,
    leaseTimes: pace.lease,
    log,
  });
  const { inbox, held, doors } = composeInbox({
    ground,
    desks,
    overhear: knowledge.overhear,
    onArrival: turns.onArrival,
    log,
  });
  // Only the tools of a business leave something to be said later.
  const announcements = business && createAnnouncements({ database, sealer, data, handoff, onNews, log });
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
        money.ledger.fill(new Date()),
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
    door: ground.webDoor,
    masterKeys: ground.masterKeys,
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
    payments: business?.payments,
    tickets: { companyOf: signersOf, words: createTicketWords({ database, handoff, log }) },
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
      ...(isWorker ? [worker, sweeper, staffGroups] : []),
      ...(isEdge ? [chat, doors] : []),
      http,
      ...(isWorker ? [answers.warmUp, knowledge.sources] : []),
    ],
    settings.shutdownMs,
  );
  return { ...lifecycle, url: () => http.url };
}
