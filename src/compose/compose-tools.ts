import { createFamilies, toolFamilies, type ToolParts as RegistryParts } from "../../tools/registry.ts";
import type { McpTools } from "../../tools/mcp/mcp-tools.ts";
import { askForApproval } from "../agent/tools/ask-for-approval.ts";
import { chargeTool } from "../agent/tools/charge-tool.ts";
import { findUnknownNames, offerTools, type FamilyTool } from "../agent/tools/offer-tools.ts";
import { runInBackground } from "../agent/tools/run-in-background.ts";
import type { BackgroundDesk } from "../core/background.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import type { Tool } from "../core/tool.ts";
import { createSafeFetch } from "../guard/addresses/safe-fetch.ts";
import type { Approvals } from "../handoff/approvals.ts";
import type { Tickets } from "../handoff/tickets.ts";
import type { Budget } from "../insights/cost/budget.ts";
import type { Settings } from "../settings.ts";
import type { ComposedKnowledge } from "./compose-knowledge.ts";
import type { TenantFile } from "../settings/tenant-files.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** All tools of a process. */
export interface ComposedTools {
  /** As agents are offered them: what a colleague must allow asks first. */
  readonly offered: readonly Tool[];
  /** What runs once a colleague has allowed it, by name. */
  readonly approvable: ReadonlyMap<string, Tool>;
  /** What runs on the queue, by name. */
  readonly inBackground: ReadonlyMap<string, Tool>;
  /** The connections to servers that bring tools of their own. */
  readonly servers: Part;
}

export interface ToolParts {
  readonly settings: Settings;
  readonly tickets: Tickets;
  readonly business: RegistryParts["business"];
  readonly people: RegistryParts["people"];
  readonly reminders: RegistryParts["reminders"];
  readonly reports: RegistryParts["reports"];
  readonly knowledge: Pick<ComposedKnowledge, "search" | "companiesAmong">;
  /** Tools beside those of the registry. */
  readonly extra: readonly Tool[];
  readonly approvals: Approvals;
  /** What a run of a tool is counted against. */
  readonly budget: Pick<Budget, "charge">;
  readonly background: BackgroundDesk;
  readonly log: Log;
}

/** The registry's families as the settings open them, each offered to the companies that chose it. */
export async function composeTools(parts: ToolParts): Promise<ComposedTools> {
  const {
    settings,
    tickets,
    business,
    people,
    reports,
    knowledge,
    extra,
    approvals,
    background,
    budget,
    log,
  } = parts;
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
  const families = createFamilies({
    opened,
    tickets,
    business,
    people,
    reminders: parts.reminders,
    reports,
    knowledge: knowledge.search,
  });
  tellUnknownTools(settings, families, log);
  const choices = settings.tenants.map((tenant) => toToolChoice(tenant));
  const chosen = [
    ...offerTools(families, choices).map((tool) =>
      searches.has(tool.name) ? { ...tool, tenants: knowledge.companiesAmong(tool.tenants) } : tool,
    ),
    ...extra,
  ];
  const tools = chosen.map((tool) => chargeTool(tool, budget));
  const begun = (tool: Tool) => (isLong(tool) ? runInBackground(tool, background) : tool);
  const offered = tools.map((tool) => (needsApproval(tool) ? askForApproval(tool, approvals) : begun(tool)));
  return {
    offered,
    approvable: new Map(tools.filter(needsApproval).map((tool) => [tool.name, begun(tool)])),
    inBackground: new Map(tools.filter(isLong).map((tool) => [tool.name, tool])),
    servers: {
      name: "tool servers",
      start: async () => {},
      stop: async () => void (await Promise.all(mcp.map((server) => server.stop()))),
    },
  };
}

/** The protocol's client is loaded where a server is configured. */
async function connectServers({ tools }: Settings, log: Log): Promise<readonly McpTools[]> {
  if (tools.mcp.length === 0) return [];
  const { connectMcp } = await import("../../tools/mcp/mcp-tools.ts");
  return Promise.all(tools.mcp.map((source) => connectMcp(source, log)));
}

/** A file that lists no tools means all of them but those of other people's businesses. */
function toToolChoice({ slug, tools, demo }: TenantFile) {
  const usual = Object.keys(toolFamilies).filter((family) => !businesses.has(family) || family === demo);
  return { tenantId: tenantIdOf(slug), names: tools ?? usual };
}

/** Who has no documents has nothing to search. */
const searches: ReadonlySet<string> = new Set(["search_knowledge"]);

const businesses: ReadonlySet<string> = new Set(["cinema", "catering"]);

/** A mistyped name offers one tool less; the start goes on. */
function tellUnknownTools({ tenants }: Settings, all: readonly FamilyTool[], log: Log): void {
  for (const { slug, tools = [] } of tenants) {
    const unknown = findUnknownNames(all, tools, Object.keys(toolFamilies));
    if (unknown.length > 0)
      log.warn({ tenant: slug, unknown }, "a tenant's file lists tools that nobody has");
  }
}

function isLong(tool: Tool): boolean {
  return tool.background === true;
}

function needsApproval(tool: Tool): boolean {
  return tool.approval !== "none";
}
