// The first millisecond of 2015, from which the platform counts.
const platformEpochMs = 1_420_070_400_000n;
let last = 0n;

/** An id of now: unique and ever growing within the process, whatever the clock does. */
export function createSnowflake(): string {
  const wanted = (BigInt(Date.now()) - platformEpochMs) << 22n;
  last = wanted > last ? wanted : last + 1n;
  return last.toString();
}

/** Whether `value` can be an id at all. */
export function isSnowflake(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,20}$/.test(value) && BigInt(value) < 1n << 63n;
}
