/** What was written behind the quotes a text begins with, however many there are; all of it where there is none. */
export function behindQuotes(text: string): string {
  return text.replace(/^(?:\s*>[^\n]*(?:\n|$))+\s*/u, "");
}
