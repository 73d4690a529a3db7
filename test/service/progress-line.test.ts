import { describe, expect, test } from "vitest";
import { createProgressLine } from "../../src/compose/progress-line.ts";

function tell(output: { isTTY?: boolean; columns?: number }, of: number): string[] {
  const written: string[] = [];
  const line = createProgressLine({ ...output, write: (text) => written.push(text) });
  for (let done = 1; done <= of; done += 1) {
    const outcome =
      done === 2 ? ({ kind: "failed", problem: "it is empty" } as const) : ({ kind: "added" } as const);
    line({ done, of, name: `page ${done}.html`, outcome });
  }
  return written;
}

describe("the progress of documents", () => {
  test("is a bar that grows in a terminal, never wider than it, with each failure on a line of its own", () => {
    const written = tell({ isTTY: true, columns: 60 }, 20);
    expect(written.join("")).toContain("page 2.html: it is empty\n");
    expect(written.at(-1)).toContain(`${"█".repeat(30)} 100 % 20/20, 1 failed\n`);
    expect(written[0]).toContain("5 % 1/20  page 1.html");
    // eslint-disable-next-line no-control-regex -- the bar clears its line with an escape sequence
    for (const text of written) expect(text.replace(/\r\u001B\[2K/g, "").length).toBeLessThanOrEqual(61);
  });

  test("is a line for each tenth where nobody looks", () => {
    expect(tell({}, 100).filter((text) => text.includes("%"))).toHaveLength(10);
  });
});
