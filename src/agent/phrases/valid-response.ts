const shortest = 10;

/** Is this fit to be sent as an answer? Longer than ten characters, and more than a beginning of "I'm not sure". */
export function isValidResponse(text: string): boolean {
  const said = text.trim().replaceAll("’", "'");
  return said.length > shortest && !said.startsWith("I'm not sure");
}
