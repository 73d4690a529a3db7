import fc from "fast-check";

/**
 * Generated markdown in which every word is numbered in reading order: `word0z word1z …`, every link leads to an
 * address of its own. What became of it can be told from the numbers alone.
 */
export interface NumberedDocument {
  readonly markdown: string;
  readonly words: number;
  /** The numbers of words in table headers: they alone may be said again. */
  readonly heads: ReadonlySet<number>;
  /** Lines of code as they stand. */
  readonly code: readonly string[];
  readonly urls: readonly string[];
}

/** The numbers of the words in a text, in their order. */
export function numbersIn(text: string): number[] {
  return Array.from(text.matchAll(/(\d+)z/g), (match) => Number(match[1]));
}

/** Without the table headers that were said before. */
export function withoutRepeats(numbers: readonly number[], { heads }: NumberedDocument): number[] {
  const seen = new Set<number>();
  return numbers.filter((number) => {
    const isRepeat = heads.has(number) && seen.has(number);
    seen.add(number);
    return !isRepeat;
  });
}

/** Documents of the blocks that answers are made of, at least `length` characters long. */
export function numberedDocuments(length: number): fc.Arbitrary<NumberedDocument> {
  const shape = fc.record({
    kind: fc.constantFrom<Kind>(
      "text",
      "text",
      "heading",
      "list",
      "steps",
      "quote",
      "code",
      "table",
      "image",
    ),
    /** Seeds what is inside. */
    seed: fc.nat(1_000_000),
  });
  return fc.array(shape, { minLength: 2, maxLength: 10 }).map((shapes) => writeDocument(shapes, length));
}

type Kind = "text" | "heading" | "list" | "steps" | "quote" | "code" | "table" | "image";

const stems = [
  "word",
  "überprüfen",
  "日本語の",
  "ไทยครับ",
  "مرحبا",
  "👨‍👩‍👧‍👦",
  "AT&T",
  "e\u0301t",
  "snake_case",
  "v2-",
];

function writeDocument(
  shapes: readonly { readonly kind: Kind; readonly seed: number }[],
  length: number,
): NumberedDocument {
  const heads = new Set<number>();
  const code: string[] = [];
  const urls: string[] = [];
  let words = 0;
  let random = 1;
  const draw = (most: number): number => {
    random = (random * 48_271) % 2_147_483_647;
    return random % most;
  };
  const word = (): string => `${stems[draw(stems.length)] ?? "word"}${words++}z`;
  const phrase = (most: number): string => Array.from({ length: 1 + draw(most) }, word).join(" ");
  const inline = (): string => {
    switch (draw(8)) {
      case 0:
        return `**${phrase(6)}**`;
      case 1:
        return `_${phrase(4)}_`;
      case 2:
        return `\`code${words++}z\``;
      case 3: {
        urls.push(`https://docs.example/p${urls.length}y?a=1&b=2`);
        return `[${phrase(3)}](${urls.at(-1) ?? ""})`;
      }
      default:
        return `${phrase(14)}.`;
    }
  };
  const sentences = (most: number): string => Array.from({ length: 1 + draw(most) }, inline).join(" ");
  const write: Record<Kind, () => string> = {
    text: () => sentences(12),
    heading: () => `${"#".repeat(1 + draw(6))} ${phrase(5)}`,
    list: () =>
      Array.from({ length: 1 + draw(8) }, () => `- ${sentences(3)}\n  - ${sentences(2)}`).join("\n"),
    steps: () => Array.from({ length: 1 + draw(12) }, (_, at) => `${at + 1}. ${sentences(2)}`).join("\n"),
    quote: () => Array.from({ length: 1 + draw(4) }, () => `> ${sentences(3)}`).join("\n>\n"),
    code: () => {
      const lines = Array.from(
        { length: 1 + draw(40) },
        () => `${"  ".repeat(draw(4))}call${words++}z(a < b && c["x"]);`,
      );
      code.push(...lines);
      return `\`\`\`ts\n${lines.join("\n")}\n\`\`\``;
    },
    table: () => {
      const row = (): string => `| ${Array.from({ length: 3 }, () => phrase(3)).join(" | ")} |`;
      const from = words;
      const head = row();
      for (let number = from; number < words; number++) heads.add(number);
      return [head, "| --- | :-: | --: |", ...Array.from({ length: 1 + draw(12) }, row)].join("\n");
    },
    image: () => {
      urls.push(`https://docs.example/p${urls.length}y.png`);
      return `![${phrase(2)}](${urls.at(-1) ?? ""})`;
    },
  };
  const blocks: string[] = [];
  for (let at = 0, size = 0; size < length || at < shapes.length; at++) {
    const { kind, seed } = shapes[at % shapes.length] ?? { kind: "text", seed: 1 };
    random = ((seed + at * 7_919) % 2_147_483_646) + 1;
    const block = write[kind]();
    blocks.push(block);
    size += block.length + 2;
  }
  return { markdown: blocks.join("\n\n"), words, heads, code, urls };
}
