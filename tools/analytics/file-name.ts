/** A short name for a file out of a title; `fallback` where nothing of it can stay. */
export function toFileName(title: string, fallback: string, ending: string): string {
  const name = title
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  const short = [...name].slice(0, 60).join("").replace(/-+$/, "");
  return `${short === "" ? fallback : short}.${ending}`;
}
