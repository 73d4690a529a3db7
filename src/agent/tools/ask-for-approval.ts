import { z } from "zod";
import type { ApprovalDesk } from "../../core/approval.ts";
import { defineTool, type Tool } from "../../core/tool.ts";
import { takingText, toKeptCall } from "./exact-arguments.ts";

const waiting = z.object({ approval: z.literal("waiting"), expiresAt: z.string(), note: z.string() });

/**
 * What an agent is given in the place of a tool that needs approval: same name, arguments and roles, but all it does
 * is to ask. Asking is repeatable and free; the tool itself runs when colleagues approved, and never from here.
 */
export function askForApproval(tool: Tool, desk: ApprovalDesk): Tool {
  const { check: _, ...rest } = tool;
  return defineTool<string, z.output<typeof waiting>>({
    ...rest,
    description: `${tool.description} A colleague has to approve each call: it is not done when you call it, they are asked.`,
    ...takingText(tool),
    ...(tool.foreign && { foreign: "later" }),
    output: waiting,
    effect: "write",
    repeatable: true,
    approval: "none",
    cost: 0,
    run: async (argumentsText, context) => {
      const { expiresAt } = await desk.request(toKeptCall(tool, argumentsText, context));
      return { approval: "waiting", expiresAt: expiresAt.toISOString(), note: waitingNote };
    },
  });
}

const waitingNote =
  "Nothing has been done yet. A colleague was asked to approve it. Tell the person so, and that you will be back here when it is decided. Do not say that it is done.";
