import { createChannels } from "../channels/registry.ts";
import { createSimulatedPayments } from "../tools/cinema/payment-desk.ts";
import { createSettlePayment } from "../tools/cinema/settle-payment.ts";
import type { McpTools } from "../tools/mcp/mcp-tools.ts";
import { createFamilies, loadDemo, toolFamilies } from "../tools/registry.ts";
import { createAgent, type PreparedAgent } from "./agent/agent.ts";
import { agentSettings, modelSettings, type AgentModels } from "./agent/agent-settings.ts";
import { createBrains } from "./agent/keyless/create-brains.ts";
import { withKeylessBrain } from "./agent/keyless/with-keyless-brain.ts";
import { askForApproval } from "./agent/tools/ask-for-approval.ts";
import { limitTools } from "./agent/tools/limit-tools.ts";
import { findUnknownNames, offerTools, type FamilyTool } from "./agent/tools/offer-tools.ts";
import type { Channel } from "./core/channel.ts";
import type { Accept, MessageEnvelope } from "./core/envelope.ts";
import type { Log } from "./core/log.ts";
import type { Part } from "./core/part.ts";
import type { Role, Tool } from "./core/tool.ts";
import type { TenantData } from "./core/tenant-data.ts";
import { createWebDoor } from "./core/web-door.ts";
import { createSafeFetch } from "./guard/addresses/safe-fetch.ts";
import { limitPolicyOf } from "./guard/limits/limit-policy.ts";
import { createLimits } from "./guard/limits/limits.ts";
import { createLazyUnderstander } from "./guard/understanding/lazy-understander.ts";
import { createApprovals } from "./handoff/approvals.ts";
import { createHandoff } from "./handoff/handoff.ts";
import { createAnnouncements } from "./handoff/announcements.ts";
import { createTickets } from "./handoff/tickets.ts";
import { createChat, type ChatParts } from "./http/chat/chat.ts";
import type { Condition } from "./http/health.ts";
import { addPaymentPage } from "./http/payment-page.ts";
import { addFileLinks } from "./http/file-links.ts";
import { createHttp, type HttpParts } from "./http/http.ts";
import { createCatchUp } from "./inbox/catch-up.ts";
import { createHeldMessages } from "./inbox/held-messages.ts";
import { createInbox } from "./inbox/inbox.ts";
import { createTranscript } from "./inbox/transcript.ts";
import { createBudget } from "./insights/cost/budget.ts";
import { createSpendingLedger } from "./insights/cost/spending-ledger.ts";
import { mirrorInteractions } from "./insights/interactions.ts";
import { createMetrics } from "./insights/metrics.ts";
import { createTracing, withSpan } from "./insights/tracing.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createFileTickets } from "./outbox/file-tickets.ts";
import { createOutbox } from "./outbox/outbox.ts";
import type { RetryPolicy } from "./outbox/outcome.ts";
import { createReplyFiles } from "./outbox/reply-files.ts";
import { createQueue, type Queue } from "./queue/queue.ts";
import type { Settings } from "./settings.ts";
import type { ModelChoice } from "./settings/agent-models.ts";
import type { TenantFile } from "./settings/tenant-files.ts";
import type { Database } from "./store/database.ts";
import { createLeases } from "./store/leases.ts";
import { createSealer } from "./store/seal.ts";
import type { Store } from "./store/store.ts";
import { createTenantData } from "./store/tenant-data.ts";
import { createCompanies, dataKeysIn, tenantIdOf, type Companies } from "./tenants/companies.ts";
import { createInstallations } from "./tenants/installations.ts";
import { ensureStaff } from "./tenants/staff.ts";
import { createWebSessionSweep } from "./tenants/web-session-sweep.ts";
import { createAdmission } from "./turns/admission.ts";
import type { LeaseTimes } from "./turns/lease.ts";
import { createSweeper } from "./turns/sweeper.ts";
import { createTurns } from "./turns/turns.ts";

/** Everything, built and ready to start. */
export interface Service extends Lifecycle {
  /** Where the HTTP server listens, once started. */
  readonly url: () => string;
}

/** How fast things are looked at again, milliseconds; slower clocks suit production, faster ones tests. */
export interface Pace {
  readonly lease?: LeaseTimes | undefined;
  readonly sweepEveryMs: number;
  readonly sweepGraceMs: number;
  readonly receiptDelayMs: number;
  readonly queueLockMs?: number | undefined;
  readonly queueStalledEveryMs?: number | undefined;
  readonly delivery?: RetryPolicy | undefined;
  /** How long a channel's connection waits for a process that fell silent. */
  readonly channelLeaseMs?: number | undefined;
  readonly modelRetry?:
    { readonly attempts: number; readonly minMs: number; readonly maxMs: number } | undefined;
}

/** Sweeps come every five seconds; a 👀 appears where an answer takes longer than half a second. */
export const defaultPace: Pace = { sweepEveryMs: 5_000, sweepGraceMs: 4_000, receiptDelayMs: 500 };

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
  const queue = lend?.queue(ownQueue) ?? ownQueue;
  const companies = createCompanies({ database, fast });
  const data = createTenantData({
    database,
    sealer,
    onAnnounced: (tenantId) => void announcements.tell(tenantId),
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
  const channels = createChannels(settings.channels, {
    installationsOf: installations.forChannel,
    transcript,
    webDoor,
    leases: createLeases({ database: doorsDatabase, log, ttlMs: pace.channelLeaseMs }),
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
  const approvals = createApprovals({
    database,
    sealer,
    ttlMs: settings.approvalMinutes * 60_000,
    onNews: (news) => turns.onArrival({ ...news, urgent: false }),
    log,
  });
  const handoff = createHandoff({
    database,
    sealer,
    approvals,
    onNews: (news) => turns.onArrival({ ...news, urgent: false }),
    onChanged: (subject) => {
      turns.onChanged(subject);
      chat.onChanged(subject.conversationId);
    },
    log,
  });
  const { ai } = settings;
  const mcp = await connectServers(settings, log);
  const { httpFetch, webSearch: search, runCode, openApi, allowedOrigins } = settings.tools;
  const opened = {
    safeFetch: createSafeFetch({ allowedOrigins, log }),
    httpFetch,
    search,
    runCode,
    openApi,
    mcp,
  };
  const payments = createSimulatedPayments({
    data,
    publicUrl: () => settings.http.publicUrl ?? http.url,
    settle: createSettlePayment(data),
  });
  const business = settings.tenants.some(({ demo }) => demo !== undefined) ? { data, payments } : undefined;
  const families = createFamilies({
    opened,
    tickets: createTickets({ database, sealer }),
    business,
  });
  tellUnknownTools(settings, families, log);
  const tools = [...offerTools(families, settings.tenants.map(toToolChoice)), ...(parts.tools ?? [])];
  const offered = tools.map((tool) => (needsApproval(tool) ? askForApproval(tool, approvals) : tool));
  const thinking = agentSettings.parse({
    enableToolCalling: ai.toolCalling,
    enableStreaming: ai.streaming,
    memory: ai.memory.mode,
    window: ai.memory.messages,
    exchanges: ai.memory.exchanges,
    historyTokens: ai.memory.tokens,
    prices: ai.prices,
    ...(pace.modelRetry !== undefined && { retry: pace.modelRetry }),
  });
  const mayCall = limitTools(fast);
  const brainOf = createBrains(
    settings.tenants.map((tenant) => ({ ...tenant, id: tenantIdOf(tenant.slug) })),
    {
      tools: offered,
      toolCalling: ai.toolCalling,
      turnTimeoutMs: thinking.turnTimeoutMs,
      mayCall,
      understanderOf: ({ brain, slug }) => createLazyUnderstander(brain.get("intents"), slug),
      log,
    },
  );
  const ledger = createSpendingLedger(database);
  const budget = createBudget({
    fast,
    ledger,
    limits: { maxPerDayUsd: ai.cost.maxPerDay, alertThresholdUsd: ai.cost.alertThreshold },
    onAlert: (alert) => log.warn(alert, "spending needs attention"),
  });
  const agent = withKeylessBrain(
    createAgent({
      settings: thinking,
      purse: budget,
      mayCall,
      models: modelsOf(ai),
      prompts: ai.prompts,
      tools: offered,
      log,
    }),
    brainOf,
  );
  const policy = limitPolicyOf(ai.rateLimit);
  const limits = createLimits({
    fast,
    policyFor: () => policy,
    onInsistence: (who) => log.warn(who, "somebody keeps writing against their limits"),
  });
  const turns = createTurns({
    database,
    outbox,
    agent,
    files,
    companies,
    metrics,
    sealer,
    queue,
    fast,
    handoff,
    limits,
    approvable: new Map(tools.filter(needsApproval).map((tool) => [tool.name, tool])),
    takeAsked: approvals.takeAsked,
    streaming: ai.streaming,
    aiEnabled: ai.enabled,
    window: toWindow(ai.memory),
    debounceMs: settings.debounceMs,
    receiptDelayMs: pace.receiptDelayMs,
    leaseTimes: pace.lease,
    log,
  });
  const held = createHeldMessages({ database: doorsDatabase, sealer });
  const inbox = createInbox({
    database: doorsDatabase,
    sealer,
    installations,
    held,
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
  const doors = createDoors({
    channels: [...channels.values()],
    accept: traced(inbox.accept),
    database,
    log,
  });
  const announcements = createAnnouncements({
    database,
    sealer,
    data,
    handoff,
    onNews: (news) => turns.onArrival({ ...news, urgent: false }),
    log,
  });
  const sweeper = createSweeper({
    database,
    queue,
    handoff,
    approvals,
    channels,
    everyMs: pace.sweepEveryMs,
    graceMs: pace.sweepGraceMs,
    log,
  });
  const sweepSessions = createWebSessionSweep({ database });
  // A process that only answers has no doors to keep open.
  const admission = createAdmission(settings.role === "worker" ? settings.workers : busyTurns);
  const worker = queue.work(
    {
      turn: (ids, context) => admission.run(() => turns.run(ids, context)),
      delivery: (ids, context) => admission.run(() => turns.run(ids, context)),
      sweep: async () => void (await Promise.all([sweeper.sweep(), announcements.sweep()])),
      maintenance: async () =>
        void (await Promise.all([
          mirrorInteractions(database),
          files.sweep(),
          sweepSessions(),
          held.sweep(),
          ledger.fill(new Date()),
        ])),
    },
    { concurrency: settings.workers, lockMs: pace.queueLockMs, stalledEveryMs: pace.queueStalledEveryMs },
  );
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
    limits: { messages: ai.rateLimit, ...parts.chat?.limits },
    log,
  });
  const hasChat = settings.role !== "worker" && settings.channels.web !== undefined;
  const http = createHttp({
    ...settings.http,
    routes: settings.role === "worker" ? [] : [...channels.values()].flatMap((channel) => channel.routes),
    health: {
      database: async () => toCondition((await database.health()).ok),
      redis: async () =>
        settings.redis.url === undefined ? "not_configured" : toCondition((await fast.health()).ok),
      llm_api: async () => toModelCondition(await agent.health()),
    },
    metrics,
    log,
    extra: async (app) => {
      if (hasChat) await app.register(async (scope) => chat.routes(scope));
      if (settings.role !== "worker") addFileLinks(app, files.open);
      if (settings.role !== "worker" && business !== undefined) addPaymentPage(app, payments);
      await parts.pages?.(app);
    },
    secure: settings.http.publicUrl?.startsWith("https:"),
  });
  metrics.watchQueue(() => queue.depth());
  const isEdge = settings.role !== "worker";
  const isWorker = settings.role !== "edge";
  const lifecycle = createLifecycle(
    [
      createTracing({ endpoint: settings.tracing.endpoint }),
      { name: "stores", start: async () => {}, stop: () => store.close() },
      { name: "installations", start: () => installations.start(), stop: () => installations.stop() },
      {
        name: "tool servers",
        start: async () => {},
        stop: async () => void (await Promise.all(mcp.map((server) => server.stop()))),
      },
      { name: "queue", start: () => queue.start(), stop: () => queue.stop() },
      turns,
      ...(isWorker ? [worker, sweeper] : []),
      ...(isEdge ? [chat, doors] : []),
      http,
      ...(isWorker ? [warmedUp(agent, log)] : []),
    ],
    settings.shutdownMs,
  );
  return { ...lifecycle, url: () => http.url };
}

/** A company as its file describes it is in the database, with its colleagues and, for a demo, with its data. */
async function prepareTenant(
  { database, data, companies }: { database: Database; data: TenantData; companies: Companies },
  tenant: TenantFile,
): Promise<void> {
  const id = await companies.ensure(tenant);
  await ensureStaff(database, id, tenant.staff);
  const { demo: kind, timeZone = "UTC" } = tenant;
  if (kind !== undefined) await loadDemo(data, id, { kind, timeZone });
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

/** The first span of a message: how long it took until it was safe. */
function traced(accept: Accept): Accept {
  return (envelope) =>
    withSpan(
      "accept",
      { "baton.correlation_id": envelope.correlationId, "baton.channel": envelope.channel },
      () => accept(envelope),
    );
}

/** A workspace belongs to the tenant whose file names it, else to the default one. */
function ownerIn({ tenants }: Settings) {
  return (channel: string, externalId: string) => {
    const named = tenants.find(({ installations }) =>
      installations.some((known) => known.channel === channel && known.id === externalId),
    );
    const owner = named ?? tenants.find(({ isDefault }) => isDefault);
    if (owner === undefined) throw new Error("the settings name no default tenant");
    return tenantIdOf(owner.slug);
  };
}

/** Messages fetched for a turn: what its memory may keep of them. */
function toWindow({ mode, messages }: Settings["ai"]["memory"]): number {
  return mode === "window" ? messages : mostFetched;
}

/** Enough for 20 exchanges, and for what fits 8 000 tokens of short messages. */
const mostFetched = 200;

/** The chains of all agents; without any model an empty one. */
function modelsOf({ choices }: Settings["ai"]): AgentModels {
  const parse = (list: readonly ModelChoice[]) => list.map((choice) => modelSettings.parse(choice));
  const both = (role: Role) => ({
    simple: parse(choices.agents[role].simple),
    complex: parse(choices.agents[role].complex),
  });
  return {
    agents: {
      customer: both("customer"),
      staff: both("staff"),
      admin: both("admin"),
      analytics: both("analytics"),
    },
    fallbacks: parse(choices.fallbacks),
  };
}

interface Doors extends Part {
  catchUpWith(channel: Channel): Promise<void>;
  /** In the background: takes in what was said in the message's place after it. */
  readAfter(channel: Channel, message: MessageEnvelope): void;
}

/** The channels' doors: open, they listen; then what was said meanwhile is fetched, in the background. */
function createDoors(parts: {
  channels: readonly Channel[];
  accept: Accept;
  database: Database;
  log: Log;
}): Doors {
  const { channels, accept } = parts;
  const catchUp = createCatchUp(parts);
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();

  function inBackground(work: Promise<number>): Promise<void> {
    const run: Promise<void> = work.then(() => void running.delete(run));
    running.add(run);
    return run;
  }

  const catchUpWith = (channel: Channel) => inBackground(catchUp.run(channel, stopping.signal));

  return {
    name: "channels",
    catchUpWith,
    readAfter: (channel, message) => void inBackground(catchUp.readAfter(channel, message)),
    start: async () => {
      for (const channel of channels) {
        await channel.start(accept);
        void catchUpWith(channel);
      }
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(channels.map((channel) => channel.stop()));
      await Promise.allSettled(running);
    },
  };
}

/** The protocol's client is loaded where a server is configured. */
async function connectServers({ tools }: Settings, log: Log): Promise<readonly McpTools[]> {
  if (tools.mcp.length === 0) return [];
  const { connectMcp } = await import("../tools/mcp/mcp-tools.ts");
  return Promise.all(tools.mcp.map((source) => connectMcp(source, log)));
}

/** A file that lists no tools means all of them but those of other people's businesses. */
function toToolChoice({ slug, tools, demo }: TenantFile) {
  const usual = Object.keys(toolFamilies).filter((family) => !businesses.has(family) || family === demo);
  return { tenantId: tenantIdOf(slug), names: tools ?? usual };
}

const businesses: ReadonlySet<string> = new Set(["cinema", "catering"]);

/** A mistyped name offers one tool less; the start goes on. */
function tellUnknownTools({ tenants }: Settings, all: readonly FamilyTool[], log: Log): void {
  for (const { slug, tools = [] } of tenants) {
    const unknown = findUnknownNames(all, tools, Object.keys(toolFamilies));
    if (unknown.length > 0)
      log.warn({ tenant: slug, unknown }, "a tenant's file lists tools that nobody has");
  }
}

function needsApproval(tool: Tool): boolean {
  return tool.approval !== "none";
}

function toCondition(ok: boolean): Condition {
  return ok ? "healthy" : "unhealthy";
}

function toModelCondition(health: "ok" | "unavailable" | "not configured"): Condition {
  if (health === "ok") return "healthy";
  return health === "unavailable" ? "unhealthy" : "not_configured";
}
