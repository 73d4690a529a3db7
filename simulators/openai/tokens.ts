/** Splits a text into the pieces it is streamed in: about four characters each. Joined, they are the text. */
export function splitTokens(text: string): string[] {
  return text.match(/ ?[^\s]{1,4}|\s/gu) ?? [];
}

/** A plausible token count of a text: four characters a token, never 0 for a text that is not empty. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
