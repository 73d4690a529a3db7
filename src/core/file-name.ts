const longest = 120;

/**
 * A file's name that is nothing but a name: the last part of a path, without what a terminal, a header or a reader
 * could take for something else (control characters, invisible ones, marks that turn the direction of writing).
 * At most 120 characters, its ending kept; `file` where nothing is left. Doing it again changes nothing.
 */
export function toFileName(given: string): string {
  const last = given.toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const plain = last
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .replaceAll(/["*:<>?|]/g, "_")
    .replaceAll(/\s+/gu, " ")
    .replace(/^[. ]+/, "")
    .replace(/[. ]+$/, "");
  return plain === "" ? "file" : shorten(plain);
}

function shorten(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= longest) return name;
  const ending = Array.from(/\.[^. ]{1,15}$/u.exec(name)?.[0] ?? "");
  const stem = letters.slice(0, longest - ending.length).join("");
  return `${stem.replace(/[. ]+$/, "")}${ending.join("")}`;
}
