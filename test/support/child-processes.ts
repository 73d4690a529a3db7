import { readdirSync, readFileSync } from "node:fs";

/** The processes that this one started with a script of this name and that are there still, by their ids. Linux only. */
export function childProcessesOf(parent: number, script: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isRunning(pid) && parentOf(pid) === parent && commandOf(pid).includes(script));
}

/** It is there, and no mere entry that waits to be taken note of. */
export function isRunning(pid: number): boolean {
  const [state] = fieldsOf(pid);
  return state !== undefined && state !== "Z";
}

function parentOf(pid: number): number {
  return Number(fieldsOf(pid)[1] ?? 0);
}

/** What stands behind the program's name, which may hold spaces and brackets itself. */
function fieldsOf(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text === "" ? [] : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
