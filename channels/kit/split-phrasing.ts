import type { Parents, PhrasingContent } from "mdast";

/** How long a piece may be, and how long it is inside of what surrounds it. */
export interface Room {
  readonly limit: number;
  readonly measure: (markdown: string) => number;
}

/**
 * Cuts the text of a paragraph, a heading or a cell: between sentences, else words, else what a reader sees as
 * one character. Emphasis is closed and opened again at the cut. A link or a code span is kept whole
 * unless it alone is too long.
 */
export function splitPhrasing(node: Parents, markdown: string, room: Room): string[] {
  const atoms = atomsOf(node, markdown);
  // What the parts cost alone may not be what they cost together: then with less room, until they fit.
  for (let limit = room.limit; limit > room.limit / 4; limit = Math.floor(limit * 0.8)) {
    const pieces = packAtoms(atoms, { limit, measure: room.measure });
    if (pieces.every((piece) => room.measure(piece) <= room.limit)) return pieces;
  }
  const source = markdown.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
  return cutHard(source, Math.max(1, Math.floor(room.limit / 8)));
}

/** A stretch that has the same emphasis throughout. `text` may be cut, the rest is kept whole. */
interface Atom {
  readonly source: string;
  readonly isText: boolean;
  /** The markers that are open here, outermost first. */
  readonly marks: readonly string[];
}

function atomsOf(node: Parents, markdown: string): Atom[] {
  const atoms: Atom[] = [];
  collect(node, [], { markdown, atoms });
  return atoms;
}

function collect(
  parent: Parents,
  marks: readonly string[],
  scene: { readonly markdown: string; readonly atoms: Atom[] },
): void {
  const { markdown, atoms } = scene;
  let at = parent.children[0]?.position?.start.offset ?? parent.position?.start.offset ?? 0;
  const inside = parent.children.at(-1)?.position?.end.offset ?? parent.position?.end.offset ?? at;
  const addText = (to: number): void => {
    if (to > at) atoms.push({ source: markdown.slice(at, to), isText: true, marks });
  };
  // Children without a place are bare links found late, and the text around them.
  for (const child of parent.children) {
    const from = child.position?.start.offset;
    const to = child.position?.end.offset;
    if (from === undefined || to === undefined) continue;
    addText(from);
    at = to;
    if (child.type === "text") atoms.push({ source: markdown.slice(from, to), isText: true, marks });
    else if (child.type === "strong" || child.type === "emphasis" || child.type === "delete") {
      collect(child, [...marks, markerOf(child, markdown)], scene);
    } else atoms.push({ source: markdown.slice(from, to), isText: false, marks });
  }
  addText(inside);
}

function markerOf(node: PhrasingContent & Parents, markdown: string): string {
  return markdown.slice(node.position?.start.offset ?? 0, node.children[0]?.position?.start.offset ?? 0);
}

interface Unit {
  readonly source: string;
  readonly cost: number;
  readonly marks: readonly string[];
  readonly endsSentence: boolean;
}

/** Room that is left at the end of a piece rather than cutting into a sentence. */
const slack = 0.4;

function packAtoms(atoms: readonly Atom[], room: Room): string[] {
  const pieces: string[] = [];
  let open: Unit[] = [];
  let size = 0;
  const flush = (): void => {
    const piece = join(open);
    if (piece !== "") pieces.push(piece);
    open = [];
    size = 0;
  };
  for (const unit of unitsOf(atoms, room)) {
    if (size + unit.cost > room.limit && open.length > 0) {
      const end = open.findLastIndex(({ endsSentence }) => endsSentence) + 1;
      const kept = open.slice(0, end).reduce((sum, { cost }) => sum + cost, 0);
      const rest = kept >= room.limit * (1 - slack) ? open.splice(end) : [];
      flush();
      open = rest;
      size = rest.reduce((sum, { cost }) => sum + cost, 0);
      if (size + unit.cost > room.limit) flush();
    }
    open.push(unit);
    size += unit.cost;
  }
  flush();
  return pieces;
}

/** The units side by side again, with emphasis opened and closed where it changes. */
function join(units: readonly Unit[]): string {
  const first = units.findIndex(({ source }) => source.trim() !== "");
  if (first === -1) return "";
  const last = units.findLastIndex(({ source }) => source.trim() !== "");
  const used = units.slice(first, last + 1);
  let out = "";
  let marks: readonly string[] = [];
  used.forEach((unit, index) => {
    let { source } = unit;
    if (index === 0) source = source.trimStart();
    if (index === used.length - 1) source = source.trimEnd();
    const same = marks.findIndex((mark, depth) => unit.marks[depth] !== mark);
    const shared = same === -1 ? marks.length : same;
    out += marks.slice(shared).toReversed().join("") + unit.marks.slice(shared).join("") + source;
    marks = unit.marks;
  });
  return escapeStart(out + marks.toReversed().join(""));
}

/** A sentence that begins with a dash or a number must not become a list because it begins a piece. */
function escapeStart(piece: string): string {
  return piece
    .replace(/^(\d{1,9})(?=[.)](?:\s|$))/, "$1\\")
    .replace(/^(?=(?:#{1,6}|[-+*])(?:\s|$)|>|=+\s*$|-{3,}|\|)/, "\\");
}

function unitsOf(atoms: readonly Atom[], room: Room): Unit[] {
  const largest = Math.max(1, Math.floor(room.limit / 2));
  return atoms.flatMap((atom) => {
    const frame = 2 * atom.marks.join("").length;
    const toUnit = (source: string, endsSentence: boolean): Unit => ({
      source,
      cost: costOf(source) + frame,
      marks: atom.marks,
      endsSentence,
    });
    if (atom.isText) {
      return sentences(atom.source).flatMap((sentence) => {
        const words = wordsOf(sentence, largest);
        return words.map((word, index) => toUnit(word, index === words.length - 1));
      });
    }
    const cost = room.measure(atom.source);
    if (cost + frame <= room.limit) return [{ ...toUnit(atom.source, false), cost: cost + frame }];
    return cutWhole(atom.source, largest).map((part) => toUnit(part, false));
  });
}

/** What making it harmless adds to text: a bracket becomes an entity and a joiner, a name gets a joiner. */
function costOf(source: string): number {
  return source.length + 4 * (source.match(/[<@&]/g)?.length ?? 0);
}

const sentenceSegmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
const wordSegmenter = new Intl.Segmenter(undefined, { granularity: "word" });
const graphemeSegmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function sentences(text: string): string[] {
  return Array.from(sentenceSegmenter.segment(text), ({ segment }) => segment);
}

/** Words with the space behind them; where a language writes none, its words; escapes and entities stay whole. */
function wordsOf(sentence: string, largest: number): string[] {
  return (sentence.match(/\S*\s+|\S+/g) ?? []).flatMap((run) =>
    costOf(run) <= Math.min(largest, longestRun)
      ? [run]
      : (
          run.match(/\\[!-/:-@[-`{-~]|&#?\w{1,31};|(?:(?!\\[!-/:-@[-`{-~]|&#?\w{1,31};)[^])+/gu) ?? []
        ).flatMap((part) =>
          /^(?:\\.|&)/s.test(part) && part.length < 40 ? [part] : segmentWords(part, largest),
        ),
  );
}

/** A run without spaces beyond this is a language without spaces, or no words at all. */
const longestRun = 60;

function segmentWords(text: string, largest: number): string[] {
  return Array.from(wordSegmenter.segment(text), ({ segment }) => segment).flatMap((word) =>
    costOf(word) <= largest ? [word] : cutHard(word, largest),
  );
}

/** A code span too long for a message goes on in another one; any other construct falls apart into text. */
function cutWhole(source: string, largest: number): string[] {
  const fence = /^`+/.exec(source)?.[0] ?? "";
  const room = Math.max(1, Math.floor(largest / 2));
  if (fence === "") return cutHard(source, room);
  return cutHard(source.slice(fence.length, -fence.length), room).map((part) => `${fence} ${part} ${fence}`);
}

function cutHard(text: string, size: number): string[] {
  const parts: string[] = [];
  let part = "";
  for (const { segment } of graphemeSegmenter.segment(text)) {
    if (part !== "" && part.length + segment.length > size) {
      parts.push(part);
      part = "";
    }
    part += segment;
  }
  return part === "" ? parts : [...parts, part];
}
