/** All vectors of a table, compared with one at a time. */
export interface Similarities {
  readonly bytes: number;
  /** The cosine of each row with the vector, by row; the same array is written again by the next call. */
  of(vector: Float32Array): Float32Array;
}

// A number of a unit vector in two bytes: a cosine is right to four places, and products of two of them, however many
// are added up, stay below 2^31.
const one = 32_767;
const bytesEach = 2;
// WebAssembly's vector instructions do in one step what JavaScript does in eight. Below this it does not matter, and each
// memory of WebAssembly takes 10 GB of addresses, which run out after thousands.
const worthwhile = 250_000;
const lanes = 8;
const pageBytes = 65_536;

/** Numbers of a vector as it is compared: its own, filled up to whole steps of a comparison. */
export function stepsOf(dimensions: number): number {
  return Math.max(1, Math.ceil(dimensions / lanes)) * lanes;
}

/** Vectors as they are compared, one after the other; their own lengths do not count. Nothing where `steps` is 0. */
export function toUnits(vectors: readonly Float32Array[], steps: number): Int16Array<ArrayBuffer> {
  const units = new Int16Array(vectors.length * steps);
  if (steps > 0) for (const [row, vector] of vectors.entries()) writeUnit(vector, units, row * steps);
  return units;
}

/** How much room they need. */
export interface VectorsRoom {
  readonly rows: number;
  /** Of each vector, with what fills it up. */
  readonly dimensions: number;
}

/** Vectors that are compared, once they are there. */
export interface OpenSimilarities extends Similarities {
  /** Row after row, as they are built. */
  readonly all: Int16Array;
}

/** Room for so many vectors. */
export function openSimilarities({ rows, dimensions }: VectorsRoom): OpenSimilarities {
  const numbers = rows * dimensions;
  const [vectorsAt, foundAt] = [bytesEach * dimensions, bytesEach * (dimensions + numbers)];
  const bytes = foundAt + 4 * rows;
  const memory = numbers >= worthwhile ? openMemory(bytes) : undefined;
  const buffer = memory?.buffer ?? new ArrayBuffer(bytes);
  const asked = new Int16Array(buffer, 0, dimensions);
  const all = new Int16Array(buffer, vectorsAt, numbers);
  const found = new Float32Array(buffer, foundAt, rows);
  const compare = memory === undefined ? undefined : toCompare(memory);

  return {
    bytes,
    all,
    of(vector) {
      asked.fill(0);
      writeUnit(vector.subarray(0, dimensions), asked, 0);
      if (compare === undefined) compareSlowly({ asked, all, found });
      else if (rows > 0) compare(rows, bytesEach * dimensions, vectorsAt, foundAt);
      return found;
    },
  };
}

function writeUnit(vector: Float32Array, into: Int16Array, from: number): void {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const scale = one / (Math.sqrt(sum) || 1);
  for (let at = 0; at < vector.length; at += 1) into[from + at] = Math.round((vector[at] ?? 0) * scale);
}

/** Undefined where there is no room for it. */
function openMemory(bytes: number): WebAssembly.Memory | undefined {
  const pages = Math.ceil(bytes / pageBytes);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

interface Compared {
  readonly asked: Int16Array;
  readonly all: Int16Array;
  readonly found: Float32Array;
}

function compareSlowly({ asked, all, found }: Compared): void {
  for (let row = 0; row < found.length; row += 1) {
    const from = row * asked.length;
    let sum = 0;
    for (let at = 0; at < asked.length; at += 1) sum += (all[from + at] ?? 0) * (asked[at] ?? 0);
    found[row] = sum / (one * one);
  }
}

type Compare = (rows: number, rowBytes: number, vectorsAt: number, foundAt: number) => void;

let compiled: WebAssembly.Module | undefined;

function toCompare(memory: WebAssembly.Memory): Compare {
  compiled ??= new WebAssembly.Module(assemble());
  const { compare } = new WebAssembly.Instance(compiled, { table: { memory } }).exports;
  if (typeof compare !== "function") throw new TypeError("similarities: the module has no function");
  return (...numbers) => void compare(...numbers);
}

// https://webassembly.github.io/spec/core/binary: the instructions used, by their names there.
const op = {
  loop: [0x03, 0x40],
  end: [0x0b],
  again: [0x0d, 0x00],
  get: (local: number) => [0x20, local],
  set: (local: number) => [0x21, local],
  tee: (local: number) => [0x22, local],
  i32Const: (value: number) => [0x41, value],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32LessUnsigned: [0x49],
  f32Const: (value: number) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  f32Multiply: [0x94],
  f32FromI32: [0xb2],
  f32Store: [0x38, 2, 0],
  v128Load: [0xfd, 0, 4, 0],
  v128Zero: [0xfd, 12, ...Array.from({ length: 16 }, () => 0)],
  i32x4Lane: (lane: number) => [0xfd, 27, lane],
  i32x4Add: [0xfd, 0xae, 0x01],
  i32x4DotI16x8: [0xfd, 0xba, 0x01],
} as const;
const i32 = 0x7f;
const v128 = 0x7b;

/** `compare`: for each row the sum of its numbers times those of the vector at address 0, eight at a time. */
function assemble(): Uint8Array<ArrayBuffer> {
  const [rows, rowBytes, vector, found, sums, rowEnd, asked] = [0, 1, 2, 3, 4, 5, 6] as const;
  const step = (local: number, by: number) =>
    inOrder(op.get(local), op.i32Const(by), op.i32Add, op.set(local));
  const multiply = inOrder(op.get(vector), op.v128Load, op.get(asked), op.v128Load, op.i32x4DotI16x8);
  const eachEight = inOrder(
    inOrder(op.loop, op.get(sums), multiply, op.i32x4Add, op.set(sums), step(vector, 16), step(asked, 16)),
    inOrder(op.get(vector), op.get(rowEnd), op.i32LessUnsigned, op.again, op.end),
  );
  const laneSums = [0, 1, 2, 3].flatMap((lane) => inOrder(op.get(sums), op.i32x4Lane(lane)));
  const eachRow = inOrder(
    inOrder(op.loop, op.v128Zero, op.set(sums), op.i32Const(0), op.set(asked)),
    inOrder(op.get(vector), op.get(rowBytes), op.i32Add, op.set(rowEnd), eachEight),
    inOrder(op.get(found), laneSums, op.i32Add, op.i32Add, op.i32Add, op.f32FromI32),
    inOrder(op.f32Const(1 / (one * one)), op.f32Multiply, op.f32Store, step(found, 4)),
    inOrder(op.get(rows), op.i32Const(1), op.i32Sub, op.tee(rows), op.again, op.end),
  );
  const code = inOrder([2, 1, v128, 2, i32], eachRow, op.end);
  const text = (words: string) => [words.length, ...new TextEncoder().encode(words)];
  return Uint8Array.from(
    inOrder(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [1, 0x60, 4, i32, i32, i32, i32, 0]),
      section(2, inOrder([1], text("table"), text("memory"), [2, 0, 1])),
      section(3, [1, 0]),
      section(7, inOrder([1], text("compare"), [0, 0])),
      section(10, inOrder([1], size(code.length), code)),
    ),
  );
}

function inOrder(...parts: readonly (readonly number[])[]): number[] {
  return parts.flat();
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...size(content.length), ...content];
}

/** A number of bytes, seven bits at a time. */
function size(bytes: number): number[] {
  return bytes < 128 ? [bytes] : [128 + (bytes % 128), ...size(Math.floor(bytes / 128))];
}
