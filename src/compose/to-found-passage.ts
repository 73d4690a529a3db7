import type { FoundPassage } from "../../tools/knowledge/search-knowledge.ts";
import type { Passage } from "../knowledge/passage.ts";

/** A passage as a model is told it; what is kept for showing it to people as it stands is not for a model. */
export function toFoundPassage(found: Passage): FoundPassage {
  const { quotable: _shown, headings, language: _in, document: _of, ordinal: _at, page, ...passage } = found;
  // What is cited by its page says nowhere else what it is about.
  return { ...passage, ...(page !== undefined && { section: headings.join(" › ") }) };
}
