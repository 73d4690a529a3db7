import { crc32, deflateSync } from "node:zlib";

/** The app's colour, also behind its icon. */
export const accentColor = "#1F6F78";

/** Teams' full-colour icon: 192 × 192, a white baton on the app's colour. PNG. */
export function createColorIcon(): Buffer {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(accentColor.slice(at, at + 2), 16));
  const mix = (channel = 0, cover: number): number => Math.round(channel + (255 - channel) * cover);
  return drawIcon(192, (cover) => [mix(red, cover), mix(green, cover), mix(blue, cover), 255]);
}

/** Teams' outline icon: 32 × 32, white on transparent, as the app bar wants it. PNG. */
export function createOutlineIcon(): Buffer {
  return drawIcon(32, (cover) => [255, 255, 255, Math.round(255 * cover)]);
}

type Paint = (cover: number) => readonly [number, number, number, number];

function drawIcon(size: number, paint: Paint): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < size; y++) {
    const row = Buffer.alloc(1 + 4 * size);
    for (let x = 0; x < size; x++)
      row.set(paint(batonAt((x + 0.5) / size, (y + 0.5) / size, size)), 1 + 4 * x);
    rows.push(row);
  }
  return toPng(size, Buffer.concat(rows));
}

const from = { x: 0.27, y: 0.73 };
const to = { x: 0.73, y: 0.27 };
const radius = 0.1;
/** Gaps in the baton, by how far along they are. */
const rings = [0.24, 0.76];
const ringWidth = 0.045;

/** How much of a pixel the baton covers, 0 to 1; places in parts of the icon's width. */
function batonAt(x: number, y: number, size: number): number {
  const along = ((x - from.x) * (to.x - from.x) + (y - from.y) * (to.y - from.y)) / lengthSquared;
  const at = Math.min(1, Math.max(0, along));
  const distance = Math.hypot(x - from.x - at * (to.x - from.x), y - from.y - at * (to.y - from.y));
  if (rings.some((ring) => Math.abs(along - ring) < ringWidth)) return 0;
  return Math.min(1, Math.max(0, (radius - distance) * size + 0.5));
}

const lengthSquared = (to.x - from.x) ** 2 + (to.y - from.y) ** 2;

/** Eight bits a channel, red, green, blue and alpha, not interlaced; each row begins with its filter, none. */
function toPng(size: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [
    toChunk("IHDR", header),
    toChunk("IDAT", deflateSync(rows)),
    toChunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...parts]);
}

function toChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}
