/** Many lists of whole numbers that grow side by side in one memory: small numbers take a byte, and few of it is left empty. */
export interface NumberLists {
  /** What it takes. */
  readonly bytes: number;
  /** Puts a number from 0 to 2^31 - 1 behind the last one of a list, which need not have any yet. */
  push(list: number, value: number): void;
  /** The numbers of a list in their order. */
  read(list: number, visit: (value: number) => void): void;
}

// A list is a chain of slices, each of them larger than the one before: so many bytes of it, then the address of the next
// slice in four. Most lists are short, and the few long ones take most of the room.
const sliceBytes = [4, 8, 16, 32, 64, 128, 256, 512, 1_024];
const addressBytes = 4;
const blockBytes = 65_536;
const firstBlockBytes = 1_024;
const firstLists = 256;
const none = 0;

export function createNumberLists(): NumberLists {
  const blocks: Uint8Array[] = [];
  let free = none;
  // By list, addresses: where its first slice begins, where its next byte goes and where its last slice ends.
  let first = new Uint32Array(firstLists);
  let next = new Uint32Array(firstLists);
  let ends = new Uint32Array(firstLists);
  let sizes = new Uint8Array(firstLists);

  function blockOf(address: number): Uint8Array {
    return blocks[Math.floor(address / blockBytes)] ?? nothing;
  }

  /** Room for a slice, which lies in one block. */
  function allot(bytes: number): number {
    const left = blockBytes - (free % blockBytes);
    if (left < bytes) free += left;
    // No list begins at address 0.
    if (free === none) free = 1;
    const at = free;
    free += bytes;
    while (blockOf(at).length < (at % blockBytes) + bytes) growBlock(Math.floor(at / blockBytes));
    return at;
  }

  function growBlock(number: number): void {
    const block = blocks[number] ?? nothing;
    // Only the first one begins small: most tables are.
    const grown = new Uint8Array(
      number > 0 ? blockBytes : Math.min(blockBytes, Math.max(firstBlockBytes, 2 * block.length)),
    );
    grown.set(block);
    blocks[number] = grown;
  }

  function makeRoom(list: number): void {
    if (list < first.length) return;
    const length = Math.max(list + 1, 2 * first.length);
    [first, next, ends, sizes] = [
      widened(first, new Uint32Array(length)),
      widened(next, new Uint32Array(length)),
      widened(ends, new Uint32Array(length)),
      widened(sizes, new Uint8Array(length)),
    ];
  }

  function addSlice(list: number): void {
    const isFirst = first[list] === none;
    const size = isFirst ? 0 : Math.min((sizes[list] ?? 0) + 1, sliceBytes.length - 1);
    const bytes = sliceBytes[size] ?? 0;
    const at = allot(bytes + addressBytes);
    if (isFirst) first[list] = at;
    else writeAddress(blockOf(ends[list] ?? 0), (ends[list] ?? 0) % blockBytes, at);
    sizes[list] = size;
    next[list] = at;
    ends[list] = at + bytes;
  }

  function pushByte(list: number, byte: number): void {
    if (next[list] === ends[list]) addSlice(list);
    const at = next[list] ?? 0;
    blockOf(at)[at % blockBytes] = byte;
    next[list] = at + 1;
  }

  return {
    get bytes() {
      const own = blocks.reduce((sum, block) => sum + block.length, 0);
      return own + first.byteLength + next.byteLength + ends.byteLength + sizes.byteLength;
    },
    push(list, value) {
      makeRoom(list);
      let rest = value;
      for (; rest > 127; rest >>>= 7) pushByte(list, (rest & 127) | 128);
      pushByte(list, rest);
    },
    read(list, visit) {
      let at = first[list] ?? none;
      if (at === none) return;
      const end = next[list] ?? none;
      let [value, shift] = [0, 0];
      for (let size = 0; ; size += 1) {
        const block = blockOf(at);
        const from = at % blockBytes;
        const bytes = sliceBytes[Math.min(size, sliceBytes.length - 1)] ?? 0;
        const isLast = end > at && end <= at + bytes;
        const to = isLast ? from + end - at : from + bytes;
        for (let place = from; place < to; place += 1) {
          const byte = block[place] ?? 0;
          value |= (byte & 127) << shift;
          if (byte > 127) shift += 7;
          else {
            visit(value);
            [value, shift] = [0, 0];
          }
        }
        if (isLast) return;
        at = readAddress(block, to);
      }
    },
  };
}

const nothing = new Uint8Array(0);

function widened<T extends Uint32Array | Uint8Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

function writeAddress(block: Uint8Array, place: number, address: number): void {
  for (let at = 0; at < addressBytes; at += 1) block[place + at] = (address >>> (8 * at)) & 255;
}

function readAddress(block: Uint8Array, place: number): number {
  let address = 0;
  for (let at = addressBytes - 1; at >= 0; at -= 1) address = address * 256 + (block[place + at] ?? 0);
  return address;
}
