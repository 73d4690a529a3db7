/** Labels a message names, or what is wrong with them. */
export type Picked =
  | { readonly kind: "picked"; readonly indices: readonly number[] }
  | { readonly kind: "wrong count"; readonly indices: readonly number[] }
  | { readonly kind: "not free"; readonly labels: readonly string[] }
  | { readonly kind: "none" };

const readCharacters = 500;
const upToBot =
  /\b(?:any|anything|whichever|whatever|you (?:choose|pick|decide)|best (?:available|seats?|ones?)|surprise me|doesn'?t matter|don'?t (?:care|mind)|egal|cualquiera|n'importe)\b/iu;
const longestRange = 20;

/** Finds labels such as seats: "A5, A6", "a5-a7", or "any", which takes the first ones beside each other. */
export function chooseItems(text: string, labels: readonly string[], count: number | undefined): Picked {
  const said = text.slice(0, readCharacters).normalize("NFC").toUpperCase();
  const named = readLabels(said, new Set(labels.map((label) => toPlace(label.toUpperCase())[0])));
  const indexOf = (label: string) => labels.findIndex((each) => each.toUpperCase() === label);
  const missing = named.filter((label) => indexOf(label) === -1);
  if (missing.length > 0) return { kind: "not free", labels: missing };
  if (named.length > 0) return judge(named.map(indexOf), count);
  const spoken = labels.flatMap((label, index) => (isSpoken(said, label) ? [index] : []));
  if (spoken.length > 0) return judge(spoken, count);
  if (upToBot.test(said) && count !== undefined) return judge(findNeighbours(labels, count), count);
  return { kind: "none" };
}

function judge(indices: readonly number[], count: number | undefined): Picked {
  const isEnough = count === undefined ? indices.length > 0 : indices.length === count;
  return { kind: isEnough ? "picked" : "wrong count", indices };
}

// A letter and a number with a space between are a label only where there is such a row: "a 7" is no seat K7.
const aLabel =
  /(?<![\p{L}\p{N}])([A-Z]{1,2})(\s?)(\d{1,3})(?:\s?(?:-|–|TO|THROUGH)\s?([A-Z]{0,2})\s?(\d{1,3}))?(?![\p{L}\p{N}:])/gu;

/** Row and number, with ranges written out; each once. */
function readLabels(said: string, rows: ReadonlySet<string>): string[] {
  const found = Array.from(said.matchAll(aLabel)).flatMap(
    ([, row = "", space, from = "", lastRow = "", to]) => {
      if (space !== "" && !rows.has(row)) return [];
      if (to === undefined) return [`${row}${Number(from)}`];
      if (lastRow !== "" && lastRow !== row) return [`${row}${Number(from)}`, `${lastRow}${Number(to)}`];
      const length = Math.min(longestRange, Math.max(1, Number(to) - Number(from) + 1));
      return Array.from({ length }, (_, index) => `${row}${Number(from) + index}`);
    },
  );
  return [...new Set(found)];
}

/** Labels that are words rather than a row and a number. */
function isSpoken(said: string, label: string): boolean {
  const wanted = label.toUpperCase();
  if (wanted.length < 2) return false;
  const at = said.indexOf(wanted);
  return at !== -1 && !/[\p{L}\p{N}]/u.test((said[at - 1] ?? " ") + (said[at + wanted.length] ?? " "));
}

/** The first so many in one row with following numbers, else simply the first. */
function findNeighbours(labels: readonly string[], count: number): number[] {
  const first = labels.findIndex((_, index) => areNeighbours(labels.slice(index, index + count), count));
  const from = first === -1 ? 0 : first;
  return labels.slice(from, from + count).map((_, index) => from + index);
}

function areNeighbours(labels: readonly string[], count: number): boolean {
  if (labels.length < count) return false;
  return labels.every((label, index) => {
    const [row, number] = toPlace(label);
    const [firstRow, firstNumber] = toPlace(labels[0] ?? "");
    return row === firstRow && number === firstNumber + index;
  });
}

function toPlace(label: string): [string, number] {
  const [, row = label, number = "0"] = /^(\D*)(\d+)$/u.exec(label) ?? [];
  return [row, Number(number)];
}
