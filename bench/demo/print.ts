import type { Step } from "./conversations.ts";
import type { DemoPlatform } from "./demo-house.ts";
import type { PlayedStep } from "./play.ts";

/** A conversation as it ran on one platform. */
export interface Ran {
  readonly name: string;
  readonly platform: DemoPlatform;
  readonly brain: "rules" | "model";
  readonly steps: readonly PlayedStep[];
  /** So many steps it has. */
  readonly expected: number;
}

const brains = ["rules", "model"] as const;
const titles = { rules: "without a model", model: "with the scripted model" } as const;
const columnWidth = Math.max(40, Math.floor(((process.stdout.columns ?? 150) - 3) / 2));

/** Prints each step with what was answered: without a model on the left, with one on the right, by platform. */
export function printConversation(name: string, runs: readonly Ran[]): void {
  const heads = brains.map((brain) => titles[brain]);
  print(`\n━━ ${name} ${"━".repeat(Math.max(2, columnWidth * 2 - name.length - 1))}`, inColumns(heads));
  const longest = Math.max(...runs.map(({ steps }) => steps.length));
  for (let at = 0; at < longest; at += 1) {
    const step = runs.find(({ steps }) => steps[at] !== undefined)?.steps[at]?.step;
    if (step !== undefined) print(`\n> ${nameOf(step)}`);
    print(
      inColumns(
        brains.map((brain) =>
          tell(
            runs.filter((run) => run.brain === brain),
            at,
          ),
        ),
      ),
    );
  }
}

/** Prints how far each conversation came, on each platform. */
export function printEnd(runs: readonly Ran[]): void {
  print(`\n━━ Steps that went as they should, of all ${"━".repeat(20)}\n`);
  const columns = [...new Set(runs.map(columnOf))];
  const names = [...new Set(runs.map(({ name }) => name))];
  const first = Math.max(...names.map((name) => name.length));
  print(`${" ".repeat(first)}  ${columns.map((column) => column.padEnd(16)).join("")}`);
  for (const name of names) {
    const cells = columns.map((column) => {
      const run = runs.find((one) => one.name === name && columnOf(one) === column);
      return (run === undefined ? "" : `${countGood(run)}/${run.expected}`).padEnd(16);
    });
    print(`${name.padEnd(first)}  ${cells.join("")}`);
  }
  const bad = runs.filter((run) => countGood(run) < run.expected);
  for (const run of bad) {
    const last = run.steps.at(-1);
    const missing = last?.missing.map(String).join(" ") ?? "everything";
    const place = last === undefined ? "" : ` after “${nameOf(last.step)}”`;
    print(`\n✗ ${run.name}, ${columnOf(run)}${place}: nowhere was ${missing}`);
  }
  print(
    bad.length === 0 ? "\nAll of them ended as they should." : `\n${bad.length} did not end as they should.`,
  );
}

function columnOf({ platform, brain }: Ran): string {
  return `${platform} ${brain}`;
}

function countGood({ steps }: Ran): number {
  return steps.filter(({ missing }) => missing.length === 0).length;
}

function nameOf({ does }: Step): string {
  return does === "pay" ? "(pays on the page)" : does.says;
}

/** Platforms that were answered alike are told once. */
function tell(runs: readonly Ran[], at: number): string {
  const told = runs.flatMap(({ platform, steps }) => {
    const step = steps[at];
    return step === undefined
      ? []
      : [{ platform, step, key: step.answer.replaceAll(/\/pay\/\S+/g, "/pay/…") }];
  });
  return [...Map.groupBy(told, ({ key }) => key).entries()]
    .map(([answer, group]) => {
      const missing = group.flatMap(({ step }) => step.missing).map((one) => `\n✗ nowhere: ${one}`);
      return `[${group.map(({ platform }) => platform).join(", ")}]\n${answer}${missing.join("")}`;
    })
    .join("\n\n");
}

function inColumns(texts: readonly string[]): string {
  const [left = [], right = []] = texts.map((text) => text.split("\n").flatMap(wrap));
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, at) =>
    `${(left[at] ?? "").padEnd(columnWidth)} │ ${right[at] ?? ""}`.trimEnd(),
  );
  return rows.join("\n");
}

/** Breaks a line between words where it is too long for a column. */
function wrap(line: string): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > columnWidth) {
    const space = rest.lastIndexOf(" ", columnWidth);
    const at = space > 0 ? space : columnWidth;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
