import { isId } from "../../core/ids.ts";
import type { Work } from "../baton-work.ts";
import type { StaffCall } from "./deck-call.ts";
import { findSuggested, suggestionPurpose } from "./suggestion-store.ts";

/** The words under whose button a colleague pressed Send; undefined for every other control. */
export async function suggestedText(
  { sql, seal, subject, desk }: Work,
  { content }: StaffCall,
): Promise<string | undefined> {
  const id = content.action?.value;
  if (!isId(id) || id === subject.conversationId) return undefined;
  const body = await findSuggested(sql, { tenantId: subject.tenantId, desk, id });
  return body && seal.open(suggestionPurpose, body);
}
