import type { Tool, ToolContext } from "../../core/tool.ts";
import type { Budget } from "../../insights/cost/budget.ts";

/**
 * The same tool, each of whose runs is counted against the limits of its caller, however it ends. A tool that costs
 * nothing is given back as it is.
 */
export function chargeTool(tool: Tool, purse: Pick<Budget, "charge">): Tool {
  const { cost } = tool;
  if (cost === 0) return tool;
  const charge = ({ tenantId, contactId, conversationId }: ToolContext) =>
    purse.charge({ tenantId, contactId, conversationId }, { costUsd: cost, tokens: 0 });
  return {
    ...tool,
    // Side by side: counting is a round trip where Redis counts.
    run: async (input, context) => {
      const charging = charge(context);
      try {
        return await tool.run(input, context);
      } finally {
        await charging;
      }
    },
  };
}
