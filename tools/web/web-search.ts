import { z } from "zod";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import type { SafeFetch } from "../../src/core/safe-fetch.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";

/** A search engine's JSON endpoint, as an operator names it. */
export interface SearchEngine {
  /** With `{query}` where the words go, e.g. `https://search.example.com/search?format=json&q={query}`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`; never shown. */
  readonly key?: string | undefined;
  /** US dollars per search. */
  readonly cost?: number | undefined;
}

const found = z.object({
  title: z.string().default(""),
  url: z.string(),
  content: z.string().optional(),
  snippet: z.string().optional(),
  description: z.string().optional(),
});
const answer = z.object({
  results: z.array(found).optional(),
  items: z.array(found).optional(),
  web: z.object({ results: z.array(found) }).optional(),
});

/** Searches the web through the engine of the operator's choice; SearXNG's answer and its likes are understood. */
export function createWebSearchTool(safeFetch: SafeFetch, engine: SearchEngine): Tool {
  return defineTool({
    name: "web_search",
    description: "Searches the public web and gives titles, addresses and short excerpts. Cite what you use.",
    input: z.strictObject({
      query: z.string().trim().min(2).max(300).describe("What to look for, in a few words"),
      limit: z.int().min(1).max(10).default(5),
    }),
    output: z.object({
      results: z.array(z.object({ title: z.string(), url: z.string(), excerpt: z.string() })),
    }),
    roles: ["staff", "admin"],
    effect: "read",
    repeatable: true,
    approval: "none",
    foreign: true,
    rateLimit: { perMinute: 10 },
    timeoutMs: 10_000,
    cost: engine.cost ?? 0.01,
    async run({ query, limit }, { signal }) {
      const url = engine.url.replaceAll("{query}", encodeURIComponent(query));
      const headers = engine.key === undefined ? {} : { authorization: `Bearer ${engine.key}` };
      const response = await safeFetch({ url, headers: { accept: "application/json", ...headers }, signal });
      if (response.status >= 500 || response.status === 429)
        throw new TransientError("web_search: the search engine does not answer now");
      const results = readResults(response.status, response.body.toString("utf8"));
      return { results: results.slice(0, limit).map(toResult) };
    },
  });
}

function readResults(status: number, body: string): readonly z.output<typeof found>[] {
  if (status !== 200) throw new PermanentError(`web_search: the search engine answered ${status}`);
  try {
    const { results, items, web } = answer.parse(JSON.parse(body));
    return results ?? items ?? web?.results ?? [];
  } catch (cause) {
    throw new PermanentError("web_search: the search engine's answer is not understood", { cause });
  }
}

function toResult({ title, url, content, snippet, description }: z.output<typeof found>) {
  const excerpt = content ?? snippet ?? description ?? "";
  return { title: title.slice(0, 200), url: url.slice(0, 2_000), excerpt: excerpt.slice(0, 500) };
}
