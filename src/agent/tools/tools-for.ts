import type { Role, Tool } from "../../core/tool.ts";

/** A tool and the family it comes from: the name of its folder, or of the server it is imported from. */
export interface FamilyTool {
  readonly family: string;
  readonly tool: Tool;
}

/**
 * The tools a tenant's agent offers to a caller of a role. `names` are families or single tools that the configuration
 * lists; undefined means all. A list narrows what a role may use and never widens it.
 */
export function toolsFor(
  all: readonly FamilyTool[],
  names: readonly string[] | undefined,
  role: Role,
): readonly Tool[] {
  const wanted = names === undefined ? undefined : new Set(names);
  return all
    .filter(({ family, tool }) => wanted === undefined || wanted.has(family) || wanted.has(tool.name))
    .map(({ tool }) => tool)
    .filter((tool) => tool.roles.includes(role));
}

/** Names in a configuration that no family and no tool has: a typing mistake to tell the operator about. */
export function findUnknownNames(all: readonly FamilyTool[], names: readonly string[]): readonly string[] {
  const known = new Set(all.flatMap(({ family, tool }) => [family, tool.name]));
  return names.filter((name) => !known.has(name));
}
