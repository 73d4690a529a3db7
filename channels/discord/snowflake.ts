/** The first millisecond of 2015, where Discord's ids begin to count. */
const epoch = 1_420_070_400_000n;

/** True for an id of Discord's: digits that fit 64 bits. */
export function isSnowflake(id: string | undefined): id is string {
  return id !== undefined && /^\d{1,20}$/.test(id);
}

/** When the thing with this id was made. */
export function dateOf(id: string): Date {
  return new Date(Number((BigInt(id) >> 22n) + epoch));
}

/** The smallest id of that moment, milliseconds since 1970. */
export function toSnowflake(ms: number): string {
  const since = BigInt(Math.max(0, Math.floor(ms))) - epoch;
  return String((since < 0n ? 0n : since) << 22n);
}

/** Ids are compared as numbers: they have no fixed length. */
export function compareIds(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}
