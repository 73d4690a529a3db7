import type { SafeFetch } from "../../src/core/safe-fetch.ts";
import type { Tool } from "../../src/core/tool.ts";
import { createHttpFetchTool } from "./http-fetch.ts";
import { createWebSearchTool, type SearchEngine } from "./web-search.ts";

/** What an operator opened of the web; nothing by default. */
export interface WebToolParts {
  readonly safeFetch: SafeFetch;
  readonly httpFetch: boolean;
  readonly search: SearchEngine | undefined;
}

/** The tools of the web that are switched on. */
export function createWebTools({ safeFetch, httpFetch, search }: WebToolParts): readonly Tool[] {
  return [
    ...(httpFetch ? [createHttpFetchTool(safeFetch)] : []),
    ...(search === undefined ? [] : [createWebSearchTool(safeFetch, search)]),
  ];
}
