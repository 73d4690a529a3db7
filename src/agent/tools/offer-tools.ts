import type { TenantId } from "../../core/ids.ts";
import type { Tool } from "../../core/tool.ts";

/** A tool and the family it comes from: the name of its folder. */
export interface FamilyTool {
  readonly family: string;
  readonly tool: Tool;
}

/** A tenant, and the families and single tools its file lists; all of them where it lists none. */
export interface ToolChoice {
  readonly tenantId: TenantId;
  readonly names: readonly string[] | undefined;
}

/**
 * Gives each tool the tenants that chose it. A choice narrows what callers of a tenant are offered and never widens
 * what their role may use. A tool that all tenants have is left as it is.
 */
export function offerTools(all: readonly FamilyTool[], choices: readonly ToolChoice[]): readonly Tool[] {
  return all.map(({ family, tool }) => {
    const having = choices.filter(
      ({ names }) => names === undefined || names.includes(family) || names.includes(tool.name),
    );
    if (having.length === choices.length) return tool;
    return { ...tool, tenants: new Set(having.map(({ tenantId }) => tenantId)) };
  });
}

/** Names in a choice that no family and no tool has: most likely mistyped. */
export function findUnknownNames(
  all: readonly FamilyTool[],
  names: readonly string[],
  families: readonly string[],
): readonly string[] {
  const known = new Set([...families, ...all.map(({ tool }) => tool.name)]);
  return names.filter((name) => !known.has(name));
}
