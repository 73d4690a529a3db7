import type { BatonEvent } from "../core/conversation.ts";
import type { StaffId, TenantId } from "../core/ids.ts";
import { toMoment } from "../core/wall-clock.ts";
import type { Sql } from "../store/database.ts";
import { plainName } from "./approval-card.ts";

/** What colleagues are told of a change of hands, and in whose clock. */
export interface PassedLine {
  readonly event: BatonEvent;
  /** Why, in a colleague's words. */
  readonly words: string | undefined;
  readonly timeZone: string;
}

/** What a room is told of a change, beside its card. */
export async function toLine(
  sql: Sql,
  tenantId: TenantId,
  { event, words, timeZone }: PassedLine,
): Promise<string | undefined> {
  const names = await namesOf(sql, tenantId, event);
  const by = names("by");
  switch (event.kind) {
    case "claim":
    case "staff reply":
      return `🙋 **${by}** has it.`;
    case "assign":
      return `🙋 **${names("to")}** has it, assigned by ${by}.`;
    case "transfer":
      return `🔔 ${by} moved it to **${event.queue}**.`;
    case "return to bot":
      return event.by === "the person"
        ? "🤖 They did not want to wait: it is back with the bot."
        : "🤖 It is back with the bot.";
    case "resolve":
      return `✅ Resolved by ${by}${words === undefined ? "" : `: ${words}`}.`;
    case "reopen":
      return `🔓 ${by} opened it again.`;
    case "snooze":
      return `💤 Snoozed until ${toMoment(event.until, timeZone)}, or until they write.`;
    case "snooze over":
      return "⏰ It is awake again.";
    case "user message":
      return "🔔 They wrote again.";
    case "holder left":
      return `🔔 **${by}** is no colleague any more: it is back in **${event.queue}**.`;
    case "escalate":
    case "switch off":
      return undefined;
    default:
      throw new Error(`unknown event: ${JSON.stringify(event satisfies never)}`);
  }
}

/** The names of the colleagues in an event. */
async function namesOf(
  sql: Sql,
  tenantId: TenantId,
  event: BatonEvent,
): Promise<(who: "by" | "to") => string> {
  const found = event.kind === "holder left" ? event.staff : "by" in event ? event.by : undefined;
  const to = event.kind === "assign" ? event.to : undefined;
  const ids = [found, to].filter(
    (id) => id !== undefined && id !== "bot" && id !== "idle rule" && id !== "the person",
  );
  const rows =
    ids.length === 0
      ? []
      : await sql.query<{ id: StaffId; name: string }>({
          text: "SELECT id, name FROM staff WHERE company_id = $1 AND id = ANY ($2::uuid[])",
          values: [tenantId, ids],
        });
  return (who) => {
    const id = who === "by" ? found : to;
    return plainName(rows.find((row) => row.id === id)?.name ?? "Baton");
  };
}
