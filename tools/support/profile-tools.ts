import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { defineTool } from "../../src/core/tool.ts";
import type { Profiles } from "./profiles.ts";

const told = z.object({
  preferences: z.record(z.string(), z.string()),
  history: z.array(z.object({ at: z.string(), text: z.string() })),
});
const shared = {
  output: told,
  roles: ["customer", "staff", "admin"],
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0.001,
} as const;

/** In a thread that others read, whoever asks may not be whose conversation it is, and everybody would hear it. */
function readsAlone({ audience, tenantId, contactId }: ToolContext) {
  if (audience === "direct") return { tenantId, contactId };
  throw new PermanentError("Profiles are for direct conversations: others read along here.");
}

/** What is remembered of whoever asks. */
export function getProfileTool(profiles: Profiles): Tool {
  return defineTool({
    ...shared,
    name: "get_profile",
    description: "Gives the preferences of the person in this conversation and what they last asked about.",
    input: z.strictObject({}),
    effect: "read",
    run: async (_, context) => profiles.getContext(readsAlone(context)),
  });
}

/** Remembers what whoever asks likes. */
export function updatePreferencesTool(profiles: Profiles): Tool {
  return defineTool({
    ...shared,
    name: "update_preferences",
    description:
      "Remembers preferences the person in this conversation told, such as seats: aisle. An empty value forgets one. " +
      "Never write down health, religion or other sensitive facts.",
    input: z.strictObject({
      preferences: z
        .record(z.string().trim().min(1).max(60), z.string().max(300))
        .refine(
          (all) => Object.keys(all).length >= 1 && Object.keys(all).length <= 20,
          "1 to 20 preferences at once",
        ),
    }),
    effect: "write",
    run: async ({ preferences }, context) =>
      profiles.setPreferences(readsAlone(context), preferences, context.idempotencyKey),
  });
}
