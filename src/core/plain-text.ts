/** What people or databases call something, as one line of CommonMark that shows it and nothing else. */
export function plainText(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_{}[\]<>#|~]/g, "\\$&");
}
