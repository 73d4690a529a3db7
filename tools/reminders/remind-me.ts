import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { ReminderDesk } from "../../src/core/later.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";

const longestMinutes = 90 * 24 * 60;

/** Reminds the person of something, in the conversation they ask in. The same call again is the same reminder. */
export function createRemindMe(desk: ReminderDesk): Tool {
  return defineTool({
    name: "remind_me",
    description:
      "Writes to the person again later, in this conversation, with the words you give. Only for what they asked to be reminded of. Give either the minutes from now or the exact time.",
    input: z
      .strictObject({
        about: z.string().trim().min(3).max(500).describe("What they will read then, in their language"),
        in_minutes: z.int().min(1).max(longestMinutes).optional(),
        at: z.iso.datetime({ offset: true }).optional().describe("ISO 8601 with offset, up to 90 days ahead"),
      })
      .refine(
        (input) => (input.in_minutes === undefined) !== (input.at === undefined),
        "give in_minutes or at",
      ),
    output: z.object({ reminder: z.literal("kept"), at: z.string() }),
    roles: ["customer", "staff", "admin", "analytics"],
    effect: "write",
    repeatable: true,
    approval: "none",
    rateLimit: { perMinute: 5 },
    timeoutMs: 5_000,
    cost: 0,
    check: async ({ in_minutes, at }, { now }) => decideProblem(toTime({ in_minutes, at }, now), now),
    async run({ about, in_minutes, at }, { tenantId, conversationId, idempotencyKey, now }) {
      const time = toTime({ in_minutes, at }, now);
      const problem = decideProblem(time, now);
      if (problem !== undefined) throw new PermanentError(problem);
      await desk.remind({ tenantId, conversationId, idempotencyKey, text: about, at: time });
      return { reminder: "kept" as const, at: time.toISOString() };
    },
  });
}

function toTime(
  { in_minutes, at }: { readonly in_minutes: number | undefined; readonly at: string | undefined },
  now: Date,
): Date {
  return at === undefined ? new Date(now.getTime() + (in_minutes ?? 0) * 60_000) : new Date(at);
}

function decideProblem(time: Date, now: Date): string | undefined {
  const minutes = (time.getTime() - now.getTime()) / 60_000;
  if (minutes <= 0) return "That time is already over.";
  return minutes > longestMinutes ? "I can remind you up to 90 days ahead." : undefined;
}
