import type { PreparedAgent } from "../agent/agent.ts";
import type { Channel, OpenTicket } from "../core/channel.ts";
import type { Log } from "../core/log.ts";
import type { Chat } from "../http/chat/chat.ts";
import { addFileLinks } from "../http/file-links.ts";
import type { Condition } from "../http/health.ts";
import { createHttp, type HttpParts, type HttpServer } from "../http/http.ts";
import { addKnowledgeApi, type KnowledgeApiParts } from "../http/knowledge-api.ts";
import { addTicketDoor, type TicketDoorParts } from "../http/ticket-words.ts";
import { addPaymentPage, type PaymentPageDesk } from "../http/payment-page.ts";
import type { Settings } from "../settings.ts";
import type { FastState } from "../store/fast-state.ts";

type App = Parameters<NonNullable<HttpParts["extra"]>>[0];

/** What the server serves, by whom. */
export interface ServedParts {
  readonly settings: Settings;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly chat: Pick<Chat, "routes">;
  readonly openFile: OpenTicket;
  readonly knowledge: Pick<KnowledgeApiParts, "companyOf" | "open" | "sourcesOf">;
  /** Where a company sells something. */
  readonly payments: PaymentPageDesk | undefined;
  readonly health: {
    database(): Promise<{ readonly ok: boolean }>;
    redis(): Promise<{ readonly ok: boolean }>;
    agent: PreparedAgent["health"];
  };
  /** What companies' ticket systems tell. */
  readonly tickets: Omit<TicketDoorParts, "fast">;
  readonly fast: Pick<FastState, "take">;
  readonly metrics: HttpParts["metrics"];
  readonly pages: HttpParts["extra"];
  readonly log: Log;
}

/** The HTTP server with everything it serves. A process that only answers has no doors: its health and figures alone. */
export function composeHttp(parts: ServedParts): HttpServer {
  const { settings, channels, health } = parts;
  const hasDoors = settings.role !== "worker";
  return createHttp({
    ...settings.http,
    routes: hasDoors ? [...channels.values()].flatMap((channel) => channel.routes) : [],
    health: {
      database: async () => toCondition((await health.database()).ok),
      redis: async () =>
        settings.redis.url === undefined ? "not_configured" : toCondition((await health.redis()).ok),
      llm_api: async () => toModelCondition(await health.agent()),
    },
    metrics: parts.metrics,
    log: parts.log,
    extra: async (app) => {
      if (hasDoors) await addPages(app, parts);
      await parts.pages?.(app);
    },
    secure: settings.http.publicUrl?.startsWith("https:"),
  });
}

async function addPages(app: App, parts: ServedParts): Promise<void> {
  const { settings, chat, fast } = parts;
  const { apiKey } = settings;
  if (settings.channels.web !== undefined) await app.register(async (scope) => chat.routes(scope));
  addFileLinks(app, parts.openFile);
  if (apiKey !== undefined)
    await app.register(async (scope) => addKnowledgeApi(scope, { apiKey, fast, ...parts.knowledge }));
  await app.register(async (scope) => addTicketDoor(scope, { ...parts.tickets, fast }));
  if (parts.payments !== undefined) addPaymentPage(app, parts.payments);
}

function toCondition(ok: boolean): Condition {
  return ok ? "healthy" : "unhealthy";
}

function toModelCondition(health: "ok" | "unavailable" | "not configured"): Condition {
  if (health === "ok") return "healthy";
  return health === "unavailable" ? "unhealthy" : "not_configured";
}
