/** Different each time, for everybody: what makes a repetition harmless. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return `w${btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")}`;
}
