import type { AgentRequest, Usage } from "../../core/agent.ts";
import { SettingsError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Understand } from "../../core/understanding.ts";
import { parseBrainFiles } from "./brain-config.ts";
import { createKeylessBrain, type BrainParts } from "./keyless-brain.ts";
import type { BrainOfTenant } from "./with-keyless-brain.ts";

/** A company as its files describe it. */
export interface BrainTenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly mode: BrainOfTenant["mode"];
  readonly language?: string | undefined;
  readonly timeZone?: string | undefined;
  /** What stands in its files, by their kind: `flows`, `faq`, `templates`, `intents`. */
  readonly brain: ReadonlyMap<string, unknown>;
}

/** What all brains share. */
export interface BrainsParts extends Pick<
  BrainParts,
  "tools" | "turnTimeoutMs" | "mayCall" | "lookUp" | "log"
> {
  /** `ENABLE_TOOL_CALLING`: without it flows that call tools are left out. */
  readonly toolCalling: boolean;
  /** A company that has documents by now can be answered from them, whatever else it says. */
  readonly hasDocuments?: ((tenantId: TenantId) => boolean) | undefined;
  /** Throws SettingsError for intents that cannot be used. */
  readonly understanderOf: (tenant: BrainTenant) => {
    readonly intents: readonly string[];
    load(request: AgentRequest, onUsed: (used: Usage) => void): Promise<Understand>;
  };
}

/**
 * The brains of all companies that have something to answer from, or answer by rules alone. Throws one
 * SettingsError with the problems of all their files.
 */
export function createBrains(
  tenants: readonly BrainTenant[],
  parts: BrainsParts,
): (tenantId: TenantId) => BrainOfTenant | undefined {
  const problems: string[] = [];
  const brains = new Map<TenantId, BrainOfTenant>();
  for (const tenant of tenants.filter(({ brain, mode }) => brain.size > 0 || mode === "rules")) {
    try {
      brains.set(tenant.id, createBrain(tenant, parts));
    } catch (cause) {
      if (!(cause instanceof SettingsError)) throw cause;
      problems.push(cause.message);
    }
  }
  if (problems.length > 0)
    throw new SettingsError(`What companies say needs attention:\n${problems.join("\n")}`);
  const others = new Map(tenants.filter(({ id }) => !brains.has(id)).map((tenant) => [tenant.id, tenant]));
  return (tenantId) => {
    const known = brains.get(tenantId);
    const other = others.get(tenantId);
    if (known !== undefined || other === undefined || parts.hasDocuments?.(tenantId) !== true) return known;
    const made = createBrain(other, parts);
    brains.set(tenantId, made);
    return made;
  };
}

function createBrain(
  tenant: BrainTenant,
  { understanderOf, toolCalling, ...parts }: BrainsParts,
): BrainOfTenant {
  const { slug, mode, language, timeZone, brain } = tenant;
  const understander = understanderOf(tenant);
  const files = { flows: brain.get("flows"), faq: brain.get("faq"), templates: brain.get("templates") };
  const { intents } = understander;
  const config = parseBrainFiles(files, { slug, tools: parts.tools, intents, toolCalling });
  return {
    mode,
    brain: createKeylessBrain({
      ...parts,
      config,
      understand: (request, onUsed) => understander.load(request, onUsed),
      language,
      timeZone,
    }),
  };
}
