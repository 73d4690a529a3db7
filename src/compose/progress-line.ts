import type { Progress } from "../knowledge/ingest/taking.ts";

/** The part of a terminal's stream that is written to. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const barWidth = 30;
const clearLine = "\r\u001B[2K";
const usualColumns = 80;

/**
 * Tells how far documents have come: a bar with what is read now where somebody looks, a line for each tenth where
 * nobody does. Each failure stays on a line of its own.
 */
export function createProgressLine(output: ProgressOutput): (progress: Progress) => void {
  let [failed, tenths] = [0, 0];
  return ({ done, of, name, outcome }) => {
    const isLive = output.isTTY === true;
    if (outcome.kind === "failed") {
      failed += 1;
      output.write(`${isLive ? clearLine : ""}${name}: ${outcome.problem}\n`);
    }
    const share = of === 0 ? 1 : Math.min(1, done / of);
    const counts = `${Math.floor(share * 100)} % ${done}/${of}${failed > 0 ? `, ${failed} failed` : ""}`;
    if (isLive) {
      const bar = "█".repeat(Math.floor(share * barWidth)).padEnd(barWidth, "░");
      const line = `${bar} ${counts}`;
      const room = (output.columns ?? usualColumns) - line.length - 3;
      const now = done < of && room > 10 ? `  ${shortName(name, room)}` : "";
      output.write(`${clearLine}${line}${now}${done < of ? "" : "\n"}`);
      return;
    }
    if (Math.floor(share * 10) > tenths) output.write(`${counts}\n`);
    tenths = Math.max(tenths, Math.floor(share * 10));
  };
}

function shortName(name: string, room: number): string {
  return name.length <= room ? name : `…${name.slice(-(room - 1))}`;
}
