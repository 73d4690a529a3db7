import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface Sums {
  readonly packagesCharged: Map<string, number>;
  readonly filesCharged: Map<string, number>;
  readonly functionsCharged: Map<string, number>;
  readonly functions: Map<string, number>;
  readonly packagesInclusive: Map<string, number>;
  readonly functionsInclusive: Map<string, number>;
  busyMs: number;
}

const root = `${process.cwd()}/`;
const notBusy = new Set(["(idle)", "(root)"]);

/** Reads what `node --cpu-prof` wrote and says where the time went after the first `skipMs`, per turn. */
export function summarise(file: string, { skipMs, turns }: { skipMs: number; turns: number }): string {
  const sums = sum(JSON.parse(readFileSync(file, "utf8")) as Profile, skipMs);
  const list = (title: string, map: ReadonlyMap<string, number>, most: number): string =>
    toList(title, map, { busyMs: sums.busyMs, turns, most });
  return [
    `# ${path.basename(file)}: ${Math.round(sums.busyMs)} ms busy`,
    list("self time, Node's own charged to the package that asked", sums.packagesCharged, 35),
    list("the same by file", sums.filesCharged, 50),
    list("the same by function", sums.functionsCharged, 50),
    list("self time by function", sums.functions, 40),
    list("with what it called, by package", sums.packagesInclusive, 30),
    list("with what it called, by function", sums.functionsInclusive, 60),
  ].join("\n\n");
}

function sum(profile: Profile, skipMs: number): Sums {
  const sums: Sums = {
    packagesCharged: new Map(),
    filesCharged: new Map(),
    functionsCharged: new Map(),
    functions: new Map(),
    packagesInclusive: new Map(),
    functionsInclusive: new Map(),
    busyMs: 0,
  };
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const selfMs = new Map<number, number>();
  let atMs = 0;
  profile.samples.forEach((id, at) => {
    const ms = (profile.timeDeltas[at] ?? 0) / 1_000;
    atMs += ms;
    if (atMs >= skipMs) add(selfMs, id, ms);
  });
  for (const [id, ms] of selfMs) {
    const frame = nodes.get(id)?.callFrame;
    if (frame === undefined || notBusy.has(frame.functionName)) continue;
    sums.busyMs += ms;
    add(sums.functions, functionOf(frame), ms);
    charge(id, ms);
    addInclusive(id, ms);
  }
  return sums;

  /** What Node does itself is on the account of the nearest package that asked for it. */
  function charge(id: number, ms: number): void {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = nodes.get(at)?.callFrame;
      if (frame === undefined || /^(\(|node:|wasm:)/.test(fileOf(frame))) continue;
      add(sums.packagesCharged, packageOf(frame), ms);
      add(sums.filesCharged, fileOf(frame), ms);
      add(sums.functionsCharged, functionOf(frame), ms);
      return;
    }
    const name = nodes.get(id)?.callFrame;
    if (name !== undefined)
      for (const map of [sums.packagesCharged, sums.filesCharged]) add(map, fileOf(name), ms);
  }

  /** Each name on the stack once, however often it calls itself. */
  function addInclusive(id: number, ms: number): void {
    const seen = { packages: new Set<string>(), functions: new Set<string>() };
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = nodes.get(at)?.callFrame;
      if (frame === undefined || notBusy.has(frame.functionName)) continue;
      seen.packages.add(packageOf(frame));
      seen.functions.add(functionOf(frame));
    }
    for (const name of seen.packages) add(sums.packagesInclusive, name, ms);
    for (const name of seen.functions) add(sums.functionsInclusive, name, ms);
  }
}

function packageOf(frame: { url: string; functionName: string }): string {
  const file = fileOf(frame);
  const parts = file.split("/");
  if (parts[0] === "node_modules")
    return parts.slice(1, parts[1]?.startsWith("@") === true ? 3 : 2).join("/");
  if (parts[0] === "src" || parts[0] === "channels") return parts.slice(0, 2).join("/");
  return file.startsWith("node:") ? file.split("/").slice(0, 2).join("/") : file;
}

function fileOf({ url, functionName }: { url: string; functionName: string }): string {
  if (url === "") return functionName.startsWith("(") ? functionName : "(native)";
  if (!url.startsWith("file:")) return url;
  const file = path.relative(root, fileURLToPath(url));
  const inner = file.lastIndexOf("node_modules/");
  return inner > 0 ? file.slice(inner) : file;
}

function functionOf(frame: { url: string; functionName: string; lineNumber: number }): string {
  return `${frame.functionName === "" ? "(anonymous)" : frame.functionName} ${fileOf(frame)}:${frame.lineNumber + 1}`;
}

function add<Key>(map: Map<Key, number>, key: Key, ms: number): void {
  map.set(key, (map.get(key) ?? 0) + ms);
}

function toList(
  title: string,
  map: ReadonlyMap<string, number>,
  { busyMs, turns, most }: { busyMs: number; turns: number; most: number },
): string {
  const lines = [...map]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([name, ms]) => {
      const share = ((ms / busyMs) * 100).toFixed(1).padStart(5);
      return `${share} % ${(ms / turns).toFixed(3).padStart(8)} ms a turn  ${name}`;
    });
  return [`## ${title}`, ...lines].join("\n");
}
