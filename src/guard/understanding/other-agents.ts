const who = "(?:agents?|humans?|persons?|people|operators?|representatives?|managers?)";
const otherAgents = new RegExp(
  [
    String.raw`\b(?:i am|i'm|im|we are|we're|he is|he's|she is|she's|they are|they're|you are|you're)\s+(?:not\s+)?(?:an?\s+|the\s+)?(?:\w+\s+){0,2}${who}\b`,
    String.raw`\b(?:travel|user|estate|insurance|booking|ticket|free|secret|cleaning|chemical|backup|monitoring|shipping)[ -]agents?\b`,
    String.raw`\b(?:do not|don't|dont|no)\s+(?:want|need)\s+(?:to\s+(?:talk|speak)\s+(?:to|with)\s+)?(?:an?\s+|any\s+|the\s+)?(?:\w+\s+)?${who}\b`,
    String.raw`\bno need for\s+(?:an?\s+)?(?:\w+\s+)?${who}\b`,
    String.raw`\bhuman (?:resources?|rights?|error|being)\b`,
  ].join("|"),
  "giu",
);

/**
 * The text without its agents, humans and people that nobody asks for: "I'm a travel agent", "the user agent",
 * "I don't need a human". What still asks for a human then means it. Pass at most a few thousand characters.
 */
export function withoutOtherAgents(text: string): string {
  return text.replaceAll("’", "'").replaceAll(otherAgents, " ");
}
