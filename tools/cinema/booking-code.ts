const letters = 26 ** 3;
const numbers = 1_000;
const codes = letters * numbers;
/** Shares no factor with the number of codes (2, 5 and 13 are its primes), so every code comes once before one comes twice. */
const stride = 7_919_317;

const first = { booking: "ABC123", sample: "XYZ789" } as const;

/** The n-th confirmation code of a cinema, three letters and three digits: ABC123 first, then far apart from each other. */
export function bookingCode(kind: keyof typeof first, n: number): string {
  return toCode((fromCode(first[kind]) + n * stride) % codes);
}

function toCode(index: number): string {
  const word = Math.floor(index / numbers);
  const letter = (at: number) => String.fromCodePoint(65 + (Math.floor(word / 26 ** at) % 26));
  return `${letter(2)}${letter(1)}${letter(0)}${String(index % numbers).padStart(3, "0")}`;
}

function fromCode(code: string): number {
  const letter = (at: number) => (code.codePointAt(at) ?? 65) - 65;
  return ((letter(0) * 26 + letter(1)) * 26 + letter(2)) * numbers + Number(code.slice(3));
}
