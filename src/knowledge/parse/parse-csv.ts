import { PermanentError } from "../../core/errors.ts";
import { titleOf, type ParsedDocument } from "./parsed-document.ts";

/** Questions with answers (columns `question` and `answer`) as a section each; any other table row by row. */
export function parseCsv(name: string, source: string): ParsedDocument {
  const [head = [], ...rows] = readRows(source);
  const names = head.map((cell) => cell.trim().toLowerCase());
  const [question, answer] = [names.indexOf("question"), names.indexOf("answer")];
  const blocks: ParsedDocument["blocks"] =
    question >= 0 && answer >= 0
      ? rows.flatMap((row) => [
          { kind: "heading" as const, depth: 1, text: row[question] ?? "" },
          { kind: "text" as const, text: row[answer] ?? "" },
        ])
      : rows.map((row) => ({
          kind: "text" as const,
          text: row.map((cell, at) => `${head[at]?.trim() || `column ${at + 1}`}: ${cell.trim()}`).join("; "),
        }));
  return { title: titleOf([], name), blocks };
}

/** RFC 4180, with commas, semicolons or tabs, whichever the first line has most of. Throws PermanentError for an open quote. */
function readRows(source: string): string[][] {
  const first = /^[^\n]*/.exec(source)?.[0] ?? "";
  const times = (mark: string) => first.split(mark).length;
  const separator = [",", ";", "\t"].toSorted((a, b) => times(b) - times(a))[0] ?? ",";
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at < source.length; at += 1) {
    const letter = source.charAt(at);
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (source.charAt(at + 1) === '"') cell += source.charAt((at += 1));
      else isQuoted = false;
    } else if (letter === '"' && cell === "") isQuoted = true;
    else if (letter === separator) row = [...row, takeCell()];
    else if (letter === "\n") endRow();
    else if (letter !== "\r") cell += letter;
  }
  if (isQuoted) throw new PermanentError("it has a quote that is never closed");
  if (cell !== "" || row.length > 0) endRow();
  return rows.filter((cells) => cells.some((each) => each.trim() !== ""));

  function takeCell(): string {
    const taken = cell;
    cell = "";
    return taken;
  }

  function endRow(): void {
    rows.push([...row, takeCell()]);
    row = [];
  }
}
