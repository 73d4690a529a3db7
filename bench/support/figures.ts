/** By nearest rank; 0 of nothing. `share` from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1))] ?? 0;
}

/** The middle one of repeated rounds. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** One decimal below 100, none above. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value < 100 ? value.toFixed(1) : Math.round(value).toString();
}

/** A target, and whether it was missed. */
export function verdict(value: number, limit: number): string {
  return `≤ ${limit}${value <= limit ? "" : ", **missed**"}`;
}

/** A markdown table. */
export function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
