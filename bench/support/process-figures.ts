import { readdirSync, readFileSync } from "node:fs";

// Linux counts a process's time in ticks of 10 ms, whatever the kernel was built with.
const tickMs = 10;

/** CPU time since its start, user and system, all threads, milliseconds; 0 when it is gone. With `children`, of those that ended too. */
export function cpuMsOf(pid: number, options: { children?: boolean } = {}): number {
  const fields = statOf(pid);
  const at = (index: number): number => Number(fields[index] ?? 0);
  const own = at(11) + at(12);
  return (options.children === true ? own + at(13) + at(14) : own) * tickMs;
}

/** CPU time of a process and everything below it, milliseconds. */
export function cpuMsOfTree(root: number): number {
  const [, ...below] = treeOf(root);
  return cpuMsOf(root, { children: true }) + below.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
}

/** Resident memory in MB; 0 when it is gone. */
export function rssMbOf(pid: number): number {
  try {
    const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(line ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

/** Resident memory of a process and everything below it, MB. What they share counts for each of them. */
export function rssMbOfTree(root: number): number {
  return treeOf(root).reduce((sum, pid) => sum + rssMbOf(pid), 0);
}

function treeOf(root: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name): [number, number] => [Number(name), Number(statOf(Number(name))[1] ?? 0)]);
  const tree = [root];
  for (const pid of tree)
    tree.push(...parents.filter(([, parent]) => parent === pid).map(([child]) => child));
  return tree;
}

/** The fields after the program's name, which may hold spaces and brackets itself. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
