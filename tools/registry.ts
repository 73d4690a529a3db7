import type { Tool } from "../src/core/tool.ts";
import { getTime } from "./clock/get-time.ts";
import type { Tickets } from "./support/create-ticket.ts";
import { createTicketTool } from "./support/create-ticket.ts";

/** What the tool families need from the house. */
export interface ToolParts {
  readonly tickets: Tickets;
}

/** Every family of tools, by the name of its folder. */
export const toolFamilies = {
  clock: () => [getTime],
  support: ({ tickets }: ToolParts) => [createTicketTool(tickets)],
} as const satisfies Record<string, (parts: ToolParts) => readonly Tool[]>;

/** All tools of all families. */
export function createTools(parts: ToolParts): readonly Tool[] {
  return Object.values(toolFamilies).flatMap((family) => family(parts));
}
