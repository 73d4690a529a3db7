import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

// Says where the CPU went: `node bench/profile.ts FOLDER-OR-FILE [SKIP-SECONDS] [TURNS]` reads what `node --cpu-prof` wrote.

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
  readonly packages: Map<string, number>;
  readonly packagesCharged: Map<string, number>;
  readonly filesCharged: Map<string, number>;
  readonly functionsCharged: Map<string, number>;
  readonly files: Map<string, number>;
  readonly functions: Map<string, number>;
  readonly packagesInclusive: Map<string, number>;
  readonly filesInclusive: Map<string, number>;
  readonly functionsInclusive: Map<string, number>;
  busyMs: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const notBusy = new Set(["(idle)", "(root)"]);

const [target, skipText = "0", turnsText] = process.argv.slice(2);
if (target === undefined)
  throw new Error("which profile? node bench/profile.ts FOLDER-OR-FILE [SKIP-SECONDS] [TURNS]");
const turns = turnsText === undefined ? undefined : Number(turnsText);

for (const file of profilesIn(target)) {
  const sums = sum(JSON.parse(readFileSync(file, "utf8")) as Profile);
  console.log(`\n# ${path.basename(file)}: ${Math.round(sums.busyMs)} ms busy`);
  print("self time by package", sums.packages, sums.busyMs, 25);
  print("self time, Node's own charged to the package that asked", sums.packagesCharged, sums.busyMs, 35);
  print("the same by file", sums.filesCharged, sums.busyMs, 60);
  print("the same by function", sums.functionsCharged, sums.busyMs, 70);
  print("self time by file", sums.files, sums.busyMs, 35);
  print("self time by function", sums.functions, sums.busyMs, 40);
  print("with what it called, by package", sums.packagesInclusive, sums.busyMs, 30);
  print("with what it called, by file", sums.filesInclusive, sums.busyMs, 60);
  print("with what it called, by function", sums.functionsInclusive, sums.busyMs, 90);
}

function profilesIn(place: string): string[] {
  if (place.endsWith(".cpuprofile")) return [place];
  return readdirSync(place)
    .filter((name) => name.endsWith(".cpuprofile"))
    .map((name) => path.join(place, name));
}

function sum(profile: Profile): Sums {
  const sums: Sums = {
    packages: new Map(),
    packagesCharged: new Map(),
    filesCharged: new Map(),
    functionsCharged: new Map(),
    files: new Map(),
    functions: new Map(),
    packagesInclusive: new Map(),
    filesInclusive: new Map(),
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
    if (atMs >= Number(skipText) * 1_000) add(selfMs, id, ms);
  });
  for (const [id, ms] of selfMs) {
    const frame = nodes.get(id)?.callFrame;
    if (frame === undefined || notBusy.has(frame.functionName)) continue;
    sums.busyMs += ms;
    add(sums.packages, packageOf(frame), ms);
    add(sums.files, fileOf(frame), ms);
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
    const seen = { packages: new Set<string>(), files: new Set<string>(), functions: new Set<string>() };
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = nodes.get(at)?.callFrame;
      if (frame === undefined || notBusy.has(frame.functionName)) continue;
      seen.packages.add(packageOf(frame));
      seen.files.add(fileOf(frame));
      seen.functions.add(functionOf(frame));
    }
    for (const name of seen.packages) add(sums.packagesInclusive, name, ms);
    for (const name of seen.files) add(sums.filesInclusive, name, ms);
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

function print(title: string, map: ReadonlyMap<string, number>, busyMs: number, most: number): void {
  console.log(`\n## ${title}`);
  for (const [name, ms] of [...map].toSorted((a, b) => b[1] - a[1]).slice(0, most)) {
    const each = turns === undefined ? "" : ` ${(ms / turns).toFixed(3).padStart(8)} ms a turn`;
    console.log(`${((ms / busyMs) * 100).toFixed(1).padStart(5)} %${each}  ${name}`);
  }
}
