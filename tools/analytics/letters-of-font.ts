/** Reads a piece of a file; less than was asked for at its end. */
export type ReadBytes = (at: number, length: number) => Promise<Buffer>;

const mostTables = 200;
const mostBytes = 2_000_000;

/**
 * Which letters the first face of a TrueType or OpenType font has, by its `cmap` table, or of a collection of them.
 * Rejects with RangeError where the file is none, or is broken.
 */
export async function lettersOf(read: ReadBytes): Promise<(letter: number) => boolean> {
  const first = await read(0, 16);
  const face = first.toString("latin1", 0, 4) === "ttcf" ? first.readUInt32BE(12) : 0;
  const count = (await read(face, 12)).readUInt16BE(4);
  const directory = await read(face + 12, Math.min(count, mostTables) * 16);
  for (let at = 0; at + 16 <= directory.length; at += 16) {
    if (directory.toString("latin1", at, at + 4) !== "cmap") continue;
    const length = Math.min(directory.readUInt32BE(at + 12), mostBytes);
    return readCmap(await read(directory.readUInt32BE(at + 8), length));
  }
  throw new RangeError("a font without a table of letters");
}

/** Every subtable of Unicode's that can be read; a letter of one of them is there. */
function readCmap(table: Buffer): (letter: number) => boolean {
  const ranges: (readonly [number, number])[] = [];
  for (let each = 0; each < table.readUInt16BE(2); each += 1) {
    const [platform, at] = [table.readUInt16BE(4 + each * 8), table.readUInt32BE(8 + each * 8)];
    if (platform !== 0 && platform !== 3) continue;
    const format = table.readUInt16BE(at);
    if (format === 4) ranges.push(...readSegments(table, at));
    if (format === 12) ranges.push(...readGroups(table, at));
  }
  return (letter) => ranges.some(([from, to]) => letter >= from && letter <= to);
}

function readSegments(table: Buffer, at: number): (readonly [number, number])[] {
  const doubled = table.readUInt16BE(at + 6);
  return Array.from({ length: doubled / 2 }, (_, each) => {
    const to = table.readUInt16BE(at + 14 + each * 2);
    return [table.readUInt16BE(at + 16 + doubled + each * 2), to] as const;
  }).filter(([from]) => from !== 0xffff);
}

function readGroups(table: Buffer, at: number): (readonly [number, number])[] {
  return Array.from({ length: table.readUInt32BE(at + 12) }, (_, each) => {
    const group = at + 16 + each * 12;
    return [table.readUInt32BE(group), table.readUInt32BE(group + 4)] as const;
  });
}
