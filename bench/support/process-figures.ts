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
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, "status"))?.[1] ?? 0) / 1_024;
}

/** Resident memory of a process and everything below it, MB. What several of them have of one file counts once. */
export function residentMbOfTree(root: number): number {
  const files = new Map<string, number>();
  let own = 0;
  for (const pid of treeOf(root)) {
    const mapped = mappingsOf(pid);
    own += mapped.own;
    for (const [path, kb] of mapped.files) files.set(path, Math.max(files.get(path) ?? 0, kb));
  }
  return (own + [...files.values()].reduce((sum, kb) => sum + kb, 0)) / 1_024;
}

/** What a process has alone and what it has of each file, KB; nothing when it is gone. See proc_pid_smaps(5). */
function mappingsOf(pid: number): { readonly own: number; readonly files: ReadonlyMap<string, number> } {
  const files = new Map<string, number>();
  let own = 0;
  let [path, resident] = ["", 0];
  for (const line of readProc(pid, "smaps").split("\n")) {
    const [name = "", value = ""] = line.split(/\s+/, 2);
    if (/^[0-9a-f]+-/.test(name)) path = line.split(/\s+/).slice(5).join(" ");
    else if (name === "Rss:") resident = Number(value);
    else if (name === "Anonymous:") {
      const isFile = path.startsWith("/");
      own += isFile ? Number(value) : resident;
      if (isFile) files.set(path, (files.get(path) ?? 0) + resident - Number(value));
    }
  }
  return { own, files };
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
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
  const text = readProc(pid, "stat");
  return text === "" ? [] : text.slice(text.lastIndexOf(")") + 2).split(" ");
}
