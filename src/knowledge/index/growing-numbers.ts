/** Whole numbers below 2^32 by their places, which grow as they are set. */
export interface GrowingNumbers {
  /** What they take. */
  readonly bytes: number;
  /** 0 unless set. */
  at(place: number): number;
  set(place: number, value: number): void;
}

const firstPlaces = 256;

export function growingNumbers(): GrowingNumbers {
  let numbers = new Uint32Array(firstPlaces);
  return {
    get bytes() {
      return numbers.byteLength;
    },
    at: (place) => numbers[place] ?? 0,
    set(place, value) {
      if (place >= numbers.length) {
        const wider = new Uint32Array(Math.max(place + 1, 2 * numbers.length));
        wider.set(numbers);
        numbers = wider;
      }
      numbers[place] = value;
    },
  };
}
