import { normalizeQuestion } from "../agent/cache/normalize-question.ts";
import { removePersonalData } from "../knowledge/gaps/remove-personal-data.ts";
import type { Passage } from "../knowledge/passage.ts";

/** What a colleague answered to this very question stands alone: what else is found is what they corrected. */
export function preferReviewed(text: string, passages: Passage[]): Passage[] {
  if (passages.every(({ reviewed }) => reviewed === undefined)) return passages;
  const asked = normalizeQuestion(removePersonalData(text));
  const own = passages.filter(
    ({ reviewed }) => reviewed !== undefined && normalizeQuestion(reviewed) === asked,
  );
  return own.length > 0 ? own : passages;
}
