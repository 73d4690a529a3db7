import type { TenantId } from "../src/core/ids.ts";
import type { ReminderDesk } from "../src/core/later.ts";
import type { Reports } from "../src/core/reports.ts";
import type { TenantData } from "../src/core/tenant-data.ts";
import type { Tool } from "../src/core/tool.ts";
import { createAnalyticsTools } from "./analytics/analytics.ts";
import { createCateringTools } from "./catering/catering.ts";
import { cateringVersion, loadCatering } from "./catering/load-catering.ts";
import { createCinemaTools } from "./cinema/cinema.ts";
import { cinemaVersion, loadCinema } from "./cinema/load-cinema.ts";
import type { PaymentDesk } from "./cinema/payment-desk.ts";
import { getTime } from "./clock/get-time.ts";
import { runCode } from "./code/run-code.ts";
import { createSearchKnowledgeTool, type KnowledgeSearch } from "./knowledge/search-knowledge.ts";
import type { McpTools } from "./mcp/mcp-tools.ts";
import { createRemindMe } from "./reminders/remind-me.ts";
import { importOpenApi, type OpenApiSource } from "./openapi/import-openapi.ts";
import { createWebTools, type WebToolParts } from "./web/web.ts";
import type { Tickets } from "./support/create-ticket.ts";
import { createTicketTool } from "./support/create-ticket.ts";
import { loadSupport, supportVersion } from "./support/load-support.ts";
import { createSupportTools, rememberTools } from "./support/support.ts";

/** What the tool families need from the house. */
export interface ToolParts {
  readonly tickets: Tickets;
  /** Where a company's figures are asked for; without it nobody is told any. */
  readonly reports?: Reports | undefined;
  /** Where companies' documents are found; without it nobody is offered a search. */
  readonly knowledge?: KnowledgeSearch | undefined;
  /** What an operator opened in `config/tools.yaml`; without it there are none of these. */
  readonly opened?: OpenedTools | undefined;
  /** Where reminders are left; without it nobody is reminded. */
  readonly reminders?: ReminderDesk | undefined;
  /** Where preferences of people are kept; without it nobody's are remembered. */
  readonly people?: TenantData | undefined;
  /** What the tools of whole businesses work on; without it there are none. */
  readonly business?: { readonly data: TenantData; readonly payments: PaymentDesk } | undefined;
}

/** Tools that reach outside, or run what others wrote. */
export interface OpenedTools extends WebToolParts {
  readonly runCode: boolean;
  readonly openApi: readonly OpenApiSource[];
  /** The configured servers, as `connectMcp` found them. */
  readonly mcp: readonly McpTools[];
}

/** Every family of tools, by the name of its folder. */
export const toolFamilies = {
  analytics: ({ reports }: ToolParts) => (reports === undefined ? [] : createAnalyticsTools(reports)),
  catering: ({ business }: ToolParts) => (business === undefined ? [] : createCateringTools(business)),
  cinema: ({ business }: ToolParts) => (business === undefined ? [] : createCinemaTools(business)),
  clock: () => [getTime],
  code: ({ opened }: ToolParts) => (opened?.runCode === true ? [runCode] : []),
  knowledge: ({ knowledge }: ToolParts) =>
    knowledge === undefined ? [] : [createSearchKnowledgeTool(knowledge)],
  mcp: ({ opened }: ToolParts) => opened?.mcp.flatMap(({ tools }) => tools) ?? [],
  openapi: ({ opened }: ToolParts) =>
    opened?.openApi.flatMap((source) => importOpenApi(source, opened.safeFetch)) ?? [],
  reminders: ({ reminders }: ToolParts) => (reminders === undefined ? [] : [createRemindMe(reminders)]),
  support: ({ tickets, business, people }: ToolParts) => [
    createTicketTool(tickets),
    ...(business === undefined ? rememberTools(people) : createSupportTools(business)),
  ],
  web: ({ opened }: ToolParts) => (opened === undefined ? [] : createWebTools(opened)),
} as const satisfies Record<string, (parts: ToolParts) => readonly Tool[]>;

/** All tools of all families, each with the name of its family. */
export function createFamilies(
  parts: ToolParts,
): readonly { readonly family: string; readonly tool: Tool }[] {
  return Object.entries(toolFamilies).flatMap(([family, create]) =>
    create(parts).map((tool) => ({ family, tool })),
  );
}

/** All tools of all families. */
export function createTools(parts: ToolParts): readonly Tool[] {
  return createFamilies(parts).map(({ tool }) => tool);
}

const demos = {
  cinema: { version: cinemaVersion, load: loadCinema },
  catering: { version: cateringVersion, load: loadCatering },
  support: { version: supportVersion, load: loadSupport },
} as const;
export type DemoKind = keyof typeof demos;

/**
 * Gives a company a demo's data, in the given IANA time zone. Once it is there this is one short statement; many
 * processes may call it at once.
 */
export async function loadDemo(
  data: TenantData,
  tenantId: TenantId,
  { kind, timeZone }: { kind: DemoKind; timeZone: string },
): Promise<void> {
  const { version, load } = demos[kind];
  const [loaded] = await data.statement(tenantId, {
    text: "SELECT 1 FROM businesses WHERE kind = $1 AND version >= $2",
    values: [kind, version],
  });
  if (loaded === undefined) await load(data, tenantId, timeZone);
}
