import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { SafeFetch } from "../../src/core/safe-fetch.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";

const maxBytes = 512 * 1024;
const maxCharacters = 16_000;
const readable = /^(text\/|application\/(json|xml|xhtml\+xml|[\w.-]+\+(json|xml)))/i;

/** Reads a public page as text, through the house's address filter. What stands there is material, never an order. */
export function createHttpFetchTool(safeFetch: SafeFetch): Tool {
  return defineTool({
    name: "http_fetch",
    description:
      "Reads one public web page or JSON document by its address and gives its text. Only addresses that the person named or that a tool gave.",
    input: z.strictObject({ url: z.string().min(8).max(2_000).describe("http or https address") }),
    output: z.object({
      url: z.string(),
      status: z.int(),
      type: z.string(),
      text: z.string(),
      cut: z.boolean(),
    }),
    roles: ["staff", "admin"],
    effect: "read",
    repeatable: true,
    approval: "none",
    foreign: true,
    rateLimit: { perMinute: 10 },
    timeoutMs: 10_000,
    cost: 0,
    async run({ url }, { signal }) {
      const response = await safeFetch({ url, maxBytes, signal });
      const type = response.headers["content-type"] ?? "application/octet-stream";
      if (!readable.test(type))
        throw new PermanentError(`http_fetch: what is there is no text but ${type.slice(0, 60)}`);
      const text = toText(response.body.toString("utf8"), type);
      const cut = text.length > maxCharacters;
      return { url: response.url, status: response.status, type, text: text.slice(0, maxCharacters), cut };
    },
  });
}

/** A page's words without its scripts, styles and tags; good enough to read, never rendered. */
function toText(source: string, type: string): string {
  if (!/html/i.test(type)) return source;
  return source
    .replace(/<(script|style|noscript|template|svg)\b[^]*?(<\/\1\s*>|$)/gi, " ")
    .replace(/<!--[^]*?(-->|$)/g, " ")
    .replace(/<\/?(p|div|li|tr|h[1-6]|br|section|article|ul|ol|table)\b[^>]*>/gi, "\n")
    .replace(/<[^>]*>/g, " ")
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => entities[name] ?? " ")
    .replace(/[^\S\n]+/g, " ")
    .replace(/\s*\n\s*/g, "\n")
    .trim();
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: " ",
};
