/**
 * The import cycles of a graph, one per strongly connected group, each from its alphabetically first file
 * back to it along the shortest way. Targets that are not files of the graph are ignored.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const seen = new Set<string>();
  const cycles: string[][] = [];
  for (const start of [...edges.keys()].toSorted()) {
    if (seen.has(start)) continue;
    const cycle = findWayBack(start, edges);
    if (cycle === undefined) continue;
    for (const file of cycle) seen.add(file);
    cycles.push(cycle);
  }
  return cycles;
}

function findWayBack(start: string, edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of edges.get(file) ?? []) {
      if (next === start) return [...toPath(file, start, cameFrom), start];
      if (cameFrom.has(next) || !edges.has(next)) continue;
      cameFrom.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}

function toPath(file: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path: string[] = [];
  for (let at: string | undefined = file; at !== undefined && at !== start; at = cameFrom.get(at))
    path.unshift(at);
  return [start, ...path];
}
