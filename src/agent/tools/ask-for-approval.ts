import { z } from "zod";
import type { ApprovalDesk } from "../../core/approval.ts";
import { defineTool, type Tool, type ToolContext } from "../../core/tool.ts";
import { toExactArguments } from "./exact-arguments.ts";

const waiting = z.object({ approval: z.literal("waiting"), expiresAt: z.string(), note: z.string() });

/**
 * What an agent is given in the place of a tool that needs approval: same name, arguments and roles, but all it does
 * is to ask. Asking is repeatable and free; the tool itself runs when colleagues approved, and never from here.
 */
export function askForApproval(tool: Tool, desk: ApprovalDesk): Tool {
  const { check, ...rest } = tool;
  return defineTool<string, z.output<typeof waiting>>({
    ...rest,
    ...(check !== undefined && {
      check: (text: string, context: ToolContext) => check(tool.input.parse(JSON.parse(text)), context),
    }),
    description: `${tool.description} A colleague has to approve each call: it is not done when you call it, they are asked.`,
    input: {
      parse: (value) => toExactArguments(tool, value),
      toJSONSchema: () => tool.input.toJSONSchema(),
    },
    output: waiting,
    effect: "write",
    repeatable: true,
    approval: "none",
    cost: 0,
    run: async (argumentsText, context) => {
      const { tenantId, conversationId, turnId, contactId, role, idempotencyKey } = context;
      const { expiresAt } = await desk.request({
        tenantId,
        conversationId,
        turnId,
        requester: contactId,
        role,
        tool: tool.name,
        arguments: argumentsText,
        idempotencyKey,
      });
      return { approval: "waiting", expiresAt: expiresAt.toISOString(), note: waitingNote };
    },
  });
}

const waitingNote =
  "Nothing has been done yet. A colleague was asked to approve it. Tell the person so, and that you will be back here when it is decided. Do not say that it is done.";
