/** What a site's robots.txt lets Baton fetch. */
export interface Robots {
  allows(url: string): boolean;
  /** The pause between two requests that it asks for, at most ten seconds. */
  readonly delayMs: number;
}

interface Group {
  readonly agents: readonly string[];
  readonly rules: { readonly allow: boolean; readonly path: string }[];
  delayMs: number;
}

const ourName = "baton";
const longestDelayMs = 10_000;
const longestFile = 500_000;

/** Reads a robots.txt by RFC 9309: the group for `baton`, else the one for everybody; the longest rule that fits decides. */
export function parseRobots(text: string): Robots {
  const groups = readGroups(text.slice(0, longestFile));
  const mine = groups.filter(({ agents }) => agents.includes(ourName));
  const chosen = mine.length > 0 ? mine : groups.filter(({ agents }) => agents.includes("*"));
  const rules = chosen.flatMap((group) => group.rules);
  return {
    delayMs: Math.min(longestDelayMs, Math.max(0, ...chosen.map(({ delayMs }) => delayMs))),
    allows(url) {
      const { pathname, search } = new URL(url);
      const path = `${pathname}${search}`;
      const [best] = rules
        .filter((rule) => fits(rule.path, path))
        .toSorted((a, b) => b.path.length - a.path.length || Number(b.allow) - Number(a.allow));
      return best?.allow ?? true;
    },
  };
}

/** For a site whose robots.txt cannot be had just now: nothing is fetched until it can. */
export const allowsNothing: Robots = { allows: () => false, delayMs: 0 };

function readGroups(text: string): Group[] {
  const groups: Group[] = [];
  let open: { agents: string[]; rules: Group["rules"]; delayMs: number } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*([a-z-]+)\s*:\s*([^#]*)/i.exec(line);
    if (found === null) continue;
    const [, name = "", rest = ""] = found;
    const [key, value] = [name.toLowerCase(), rest.trim()];
    if (key === "user-agent") {
      if (open === undefined || open.rules.length > 0 || open.delayMs > 0) {
        open = { agents: [], rules: [], delayMs: 0 };
        groups.push(open);
      }
      open.agents.push(value.toLowerCase());
    } else if ((key === "allow" || key === "disallow") && value !== "") {
      open?.rules.push({ allow: key === "allow", path: value });
    } else if (key === "crawl-delay" && open !== undefined) {
      open.delayMs = Math.max(0, Number(value) * 1_000 || 0);
    }
  }
  return groups;
}

/** `*` is anything, `$` the end. Matched piece by piece: a pattern of a stranger must not take long. */
function fits(pattern: string, path: string): boolean {
  const endsThere = pattern.endsWith("$");
  const pieces = (endsThere ? pattern.slice(0, -1) : pattern).split("*");
  let at = 0;
  for (const [place, piece] of pieces.entries()) {
    const found = path.indexOf(piece, at);
    if (found === -1 || (place === 0 && found !== 0)) return false;
    at = found + piece.length;
  }
  return !endsThere || at === path.length || (pieces.at(-1) === "" && pieces.length > 1);
}
