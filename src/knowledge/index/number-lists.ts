import { growingNumbers } from "./growing-numbers.ts";

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
const none = 0;

export function createNumberLists(): NumberLists {
  const blocks: Uint8Array[] = [];
  let free = none;
  // By list, addresses: where its first slice begins, where its next byte goes and where its last slice ends.
  const [first, next, ends, sizes] = [growingNumbers(), growingNumbers(), growingNumbers(), growingNumbers()];

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

  function addSlice(list: number): void {
    const isFirst = first.at(list) === none;
    const size = isFirst ? 0 : Math.min(sizes.at(list) + 1, sliceBytes.length - 1);
    const bytes = sliceBytes[size] ?? 0;
    const at = allot(bytes + addressBytes);
    const end = ends.at(list);
    if (isFirst) first.set(list, at);
    else writeAddress(blockOf(end), end % blockBytes, at);
    sizes.set(list, size);
    next.set(list, at);
    ends.set(list, at + bytes);
  }

  function pushByte(list: number, byte: number): void {
    if (next.at(list) === ends.at(list)) addSlice(list);
    const at = next.at(list);
    blockOf(at)[at % blockBytes] = byte;
    next.set(list, at + 1);
  }

  return {
    get bytes() {
      const own = blocks.reduce((sum, block) => sum + block.length, 0);
      return own + first.bytes + next.bytes + ends.bytes + sizes.bytes;
    },
    push(list, value) {
      let rest = value;
      for (; rest > 127; rest >>>= 7) pushByte(list, (rest & 127) | 128);
      pushByte(list, rest);
    },
    read(list, visit) {
      let at = first.at(list);
      if (at === none) return;
      const end = next.at(list);
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

function writeAddress(block: Uint8Array, place: number, address: number): void {
  for (let at = 0; at < addressBytes; at += 1) block[place + at] = (address >>> (8 * at)) & 255;
}

function readAddress(block: Uint8Array, place: number): number {
  let address = 0;
  for (let at = addressBytes - 1; at >= 0; at -= 1) address = address * 256 + (block[place + at] ?? 0);
  return address;
}
