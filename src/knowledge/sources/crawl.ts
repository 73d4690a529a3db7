import { setTimeout as sleep } from "node:timers/promises";
import { Parser } from "htmlparser2";
import { PermanentError, TransientError } from "../../core/errors.ts";
import type { SafeFetch, SafeResponse } from "../../core/safe-fetch.ts";
import { readableFile } from "../parse/parse-document.ts";
import { allowsNothing, parseRobots, type Robots } from "./robots.ts";

/** A page or file of a site. */
export interface CrawledPage {
  readonly url: string;
  /** What it is read by: the address, with an ending that tells its kind. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Pages done and known so far, this one included. */
  readonly done: number;
  readonly of: number;
}

export interface CrawlOptions {
  readonly start: string;
  /** `page`: this one alone. `site`: what it links to below its own folder. `sitemap`: what a sitemap lists on its host. */
  readonly kind: "page" | "site" | "sitemap";
  readonly most: number;
  readonly safeFetch: SafeFetch;
  readonly signal: AbortSignal;
  /** Told of each page that is there but could not be fetched now. */
  readonly onMissed: (url: string, problem: string) => void;
}

const mostBytes = 20 * 1024 * 1024;
const mostSitemaps = 50;
const fetchMs = 30_000;
const userAgent = "baton (+knowledge)";

/**
 * Fetches pages one after the other, in the order they are found: only on the start's own host, only what its robots.txt
 * allows, at its pace, each once. Throws PermanentError where the start itself may not or cannot be fetched.
 */
export async function* crawl(options: CrawlOptions): AsyncGenerator<CrawledPage> {
  const { start, kind, most, signal } = options;
  const robots = await fetchRobots(options);
  if (!robots.allows(start)) throw new PermanentError("the site's robots.txt does not allow it");
  const waiting = kind === "sitemap" ? await listSitemap(options) : [withoutFragment(start)];
  const known = new Set(waiting);
  const isWanted = (url: string) =>
    !known.has(url) && known.size < most && isBelow(start, url) && robots.allows(url);
  let done = 0;
  for (let url = waiting.shift(); url !== undefined && done < most; url = waiting.shift()) {
    signal.throwIfAborted();
    if (!robots.allows(url)) continue;
    if (done > 0 && robots.delayMs > 0) await sleep(robots.delayMs, undefined, { signal });
    const response = await fetchPage(url, options);
    done += 1;
    if (response === undefined) {
      if (done === 1 && kind !== "sitemap") throw new PermanentError("the page could not be fetched");
      continue;
    }
    // Where it was led to is another page, that may be asked for or not.
    const isElsewhere = kind === "site" && done > 1 && !isBelow(start, response.url);
    if (isElsewhere || !robots.allows(response.url)) continue;
    const isHtml = /html/i.test(response.headers["content-type"] ?? "");
    const asks = isHtml ? readPage(response) : { links: [], ...wishesOf(headerOf(response)) };
    if (kind === "site" && asks.mayFollow)
      for (const link of asks.links)
        if (isWanted(link)) {
          known.add(link);
          waiting.push(link);
        }
    if (!asks.mayTake) continue;
    const name = isHtml && !/\.(html?|xhtml)$/i.test(url) ? `${url}.html` : url;
    if (isHtml || readableFile.test(url))
      yield { url, name, bytes: response.body, done, of: Math.min(most, done + waiting.length) };
  }
}

/** What is not there any more is left out; what is there but fails now is told, so that nobody takes it for gone. */
async function fetchPage(
  url: string,
  { safeFetch, signal, onMissed }: CrawlOptions,
): Promise<SafeResponse | undefined> {
  try {
    const response = await fetchFrom(safeFetch, url, signal);
    if (response.status === 200 && new URL(response.url).host === new URL(url).host) return response;
    if (response.status >= 500 || response.status === 429)
      onMissed(url, `the server answered with ${response.status}`);
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof TransientError) && !(cause instanceof PermanentError)) throw cause;
    onMissed(url, cause.message);
  }
  return undefined;
}

/** No robots.txt allows everything, one that cannot be had nothing. */
async function fetchRobots({ start, safeFetch, signal }: CrawlOptions): Promise<Robots> {
  try {
    const { status, body } = await fetchFrom(safeFetch, new URL("/robots.txt", start).href, signal);
    if (status >= 500 || status === 429) return allowsNothing;
    return parseRobots(status === 200 ? body.toString("utf8") : "");
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof PermanentError) throw cause;
    return allowsNothing;
  }
}

async function listSitemap({ start, most, safeFetch, signal }: CrawlOptions): Promise<string[]> {
  const pages = new Set<string>();
  const open = [start];
  for (let read = 0; read < mostSitemaps && pages.size < most; read += 1) {
    const url = open.shift();
    if (url === undefined) break;
    const { status, body } = await fetchFrom(safeFetch, url, signal);
    if (status !== 200) {
      if (read === 0) throw new PermanentError(`the sitemap could not be fetched: ${status}`);
      continue;
    }
    const { places, isIndex } = readSitemap(body.toString("utf8"));
    for (const place of places) {
      if (!URL.canParse(place) || new URL(place).host !== new URL(start).host) continue;
      if (isIndex) open.push(place);
      else if (pages.size < most) pages.add(withoutFragment(place));
    }
  }
  return [...pages];
}

function readSitemap(xml: string): { readonly places: readonly string[]; readonly isIndex: boolean } {
  const places: string[] = [];
  let [isIndex, text] = [false, ""];
  const parser = new Parser(
    {
      onopentag: (name) => {
        if (name === "sitemapindex") isIndex = true;
        text = "";
      },
      ontext: (part) => (text += part),
      onclosetag: (name) => {
        if (name === "loc") places.push(text.trim());
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return { places, isIndex };
}

/** What a page asks of robots, in its head or with its answer. */
interface Wishes {
  readonly mayTake: boolean;
  readonly mayFollow: boolean;
}

function wishesOf(words: string): Wishes {
  return {
    mayTake: !/\b(?:noindex|none)\b/i.test(words),
    mayFollow: !/\b(?:nofollow|none)\b/i.test(words),
  };
}

function headerOf({ headers }: SafeResponse): string {
  return headers["x-robots-tag"] ?? "";
}

/** Addresses a page links to, whole and without fragments, but for single ones that it asks not to be followed. */
function readPage(response: SafeResponse): Wishes & { readonly links: readonly string[] } {
  const { url, body } = response;
  const links: string[] = [];
  let wishes = headerOf(response);
  let base = url;
  const parser = new Parser({
    onopentag: (name, { href, rel = "", name: named = "", content = "" }) => {
      if (name === "meta" && /^(?:robots|baton)$/i.test(named)) wishes += ` ${content}`;
      if (href === undefined || /nofollow/i.test(rel)) return;
      if (name === "base" && URL.canParse(href, url)) base = new URL(href, url).href;
      if (name === "a" && URL.canParse(href, base)) links.push(withoutFragment(new URL(href, base).href));
    },
  });
  parser.end(body.toString("utf8"));
  return { links, ...wishesOf(wishes) };
}

function isBelow(start: string, url: string): boolean {
  const [from, to] = [new URL(start), new URL(url)];
  const folder = from.pathname.slice(0, from.pathname.lastIndexOf("/") + 1);
  return /^https?:$/.test(to.protocol) && to.host === from.host && to.pathname.startsWith(folder);
}

function withoutFragment(address: string): string {
  const url = new URL(address);
  url.hash = "";
  return url.href;
}

function fetchFrom(safeFetch: SafeFetch, url: string, signal: AbortSignal): Promise<SafeResponse> {
  return safeFetch({
    url,
    maxBytes: mostBytes,
    headers: { "user-agent": userAgent },
    signal: AbortSignal.any([signal, AbortSignal.timeout(fetchMs)]),
  });
}
