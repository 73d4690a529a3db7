/** All vectors of a table, compared with one at a time. */
export interface Similarities {
  readonly bytes: number;
  /** The cosine of each row with the vector, by row; the same array is written again by the next call. */
  of(vector: Float32Array): Float32Array;
}

// WebAssembly's vector instructions do in one step what JavaScript does in six. Below this it does not matter, and each
// memory of WebAssembly takes 10 GB of addresses, which run out after thousands.
const worthwhile = 250_000;
const lanes = 4;
const pageBytes = 65_536;

/** Vectors of one length, row after row; their own lengths do not count. */
export function createSimilarities(vectors: readonly Float32Array[]): Similarities {
  const dimensions = Math.max(1, Math.ceil((vectors[0]?.length ?? 0) / lanes)) * lanes;
  const numbers = vectors.length * dimensions;
  const memory = numbers >= worthwhile ? openMemory(4 * (dimensions + numbers + vectors.length)) : undefined;
  const buffer = memory?.buffer ?? new ArrayBuffer(4 * (dimensions + numbers + vectors.length));
  const asked = new Float32Array(buffer, 0, dimensions);
  const all = new Float32Array(buffer, 4 * dimensions, numbers);
  const found = new Float32Array(buffer, 4 * (dimensions + numbers), vectors.length);
  for (const [row, vector] of vectors.entries()) all.set(toUnit(vector), row * dimensions);
  const compare = memory === undefined ? undefined : toCompare(memory);

  return {
    bytes: buffer.byteLength,
    of(vector) {
      asked.fill(0);
      asked.set(toUnit(vector).subarray(0, dimensions));
      if (compare === undefined) compareSlowly({ asked, all, found });
      else compare(vectors.length, 4 * dimensions, 4 * dimensions, 4 * (dimensions + numbers));
      return found;
    },
  };
}

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return vector.map((value) => value / length);
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
  readonly asked: Float32Array;
  readonly all: Float32Array;
  readonly found: Float32Array;
}

function compareSlowly({ asked, all, found }: Compared): void {
  for (let row = 0; row < found.length; row += 1) found[row] = dotFrom(all, row * asked.length, asked);
}

/** Four sums side by side: one alone would wait for itself. */
function dotFrom(all: Float32Array, from: number, asked: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let at = 0; at < asked.length; at += lanes) {
    a += (all[from + at] ?? 0) * (asked[at] ?? 0);
    b += (all[from + at + 1] ?? 0) * (asked[at + 1] ?? 0);
    c += (all[from + at + 2] ?? 0) * (asked[at + 2] ?? 0);
    d += (all[from + at + 3] ?? 0) * (asked[at + 3] ?? 0);
  }
  return a + b + c + d;
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
  f32Add: [0x92],
  f32Store: [0x38, 2, 0],
  v128Load: [0xfd, 0, 4, 0],
  v128Zero: [0xfd, 12, ...Array.from({ length: 16 }, () => 0)],
  f32x4Lane: (lane: number) => [0xfd, 31, lane],
  f32x4Add: [0xfd, 0xe4, 0x01],
  f32x4Mul: [0xfd, 0xe6, 0x01],
} as const;
const i32 = 0x7f;
const v128 = 0x7b;

/** `compare`: for each row the sum of its numbers times those of the vector at address 0, four at a time. */
function assemble(): Uint8Array<ArrayBuffer> {
  const [rows, rowBytes, vector, found, sums, rowEnd, asked] = [0, 1, 2, 3, 4, 5, 6] as const;
  const step = (local: number, by: number) =>
    inOrder(op.get(local), op.i32Const(by), op.i32Add, op.set(local));
  const multiply = inOrder(op.get(vector), op.v128Load, op.get(asked), op.v128Load, op.f32x4Mul);
  const eachFour = inOrder(
    inOrder(op.loop, op.get(sums), multiply, op.f32x4Add, op.set(sums), step(vector, 16), step(asked, 16)),
    inOrder(op.get(vector), op.get(rowEnd), op.i32LessUnsigned, op.again, op.end),
  );
  const laneSums = [0, 1, 2, 3].flatMap((lane) => inOrder(op.get(sums), op.f32x4Lane(lane)));
  const eachRow = inOrder(
    inOrder(op.loop, op.v128Zero, op.set(sums), op.i32Const(0), op.set(asked)),
    inOrder(op.get(vector), op.get(rowBytes), op.i32Add, op.set(rowEnd), eachFour),
    inOrder(op.get(found), laneSums, op.f32Add, op.f32Add, op.f32Add, op.f32Store, step(found, 4)),
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
