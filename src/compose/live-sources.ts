import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { parseAudience } from "../knowledge/readers.ts";
import type { Source } from "../knowledge/sources/source.ts";
import type { KnowledgeSource } from "../settings/knowledge-sources.ts";
import type { TenantFile } from "../settings/tenant-files.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** The companies' sources as they are now: rooms are opened and closed while Baton runs. */
export interface LiveSources {
  /** The same list until something changes. */
  all(): readonly Source[];
  /** Resolves with the next change, and when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
  /** From now on looks again and again whether rooms were opened or closed; what cannot be read stays as it was. */
  start(): void;
  stop(): void;
}

export interface LiveSourcesParts {
  readonly tenants: readonly Pick<TenantFile, "slug" | "knowledge">[];
  /** The rooms that a company's file opens now. As at the start where it is left out. */
  readonly roomsNow?: ((slug: string) => Promise<readonly KnowledgeSource[]>) | undefined;
  /** Companies whose rooms are others than before; must not throw. */
  readonly onChanged: (companies: readonly TenantId[]) => void;
  /** How often the files are looked at; every 20 seconds where it is left out. */
  readonly roomsLookMs?: number | undefined;
  readonly log: Log;
}

const usualLookMs = 20_000;

export function createLiveSources(parts: LiveSourcesParts): LiveSources {
  const { tenants, roomsNow, onChanged, roomsLookMs = usualLookMs, log } = parts;
  const isRoom = ({ kind }: KnowledgeSource) => kind === "room";
  const fixed = tenants.flatMap(({ slug, knowledge }) =>
    knowledge.filter((source) => !isRoom(source)).map((source) => toSource(slug, source)),
  );
  const rooms = new Map(tenants.map(({ slug, knowledge }) => [slug, knowledge.filter(isRoom)]));
  const unreadable = new Map<string, string>();
  const waiting = new Set<() => void>();
  let all = gather();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  function gather(): readonly Source[] {
    return [...fixed, ...[...rooms].flatMap(([slug, open]) => open.map((source) => toSource(slug, source)))];
  }

  async function lookOnce(): Promise<void> {
    const changed: string[] = [];
    for (const slug of rooms.keys()) if (await hasChanged(slug)) changed.push(slug);
    if (changed.length === 0) return;
    all = gather();
    onChanged(changed.map((slug) => tenantIdOf(slug)));
    for (const tell of waiting) tell();
    waiting.clear();
  }

  async function hasChanged(slug: string): Promise<boolean> {
    if (roomsNow === undefined) return false;
    try {
      const now = await roomsNow(slug);
      unreadable.delete(slug);
      if (JSON.stringify(now) === JSON.stringify(rooms.get(slug))) return false;
      rooms.set(slug, [...now]);
      log.info({ company: slug, rooms: now.length }, "a company's open rooms are others now");
      return true;
    } catch (cause) {
      const why = String(cause);
      if (unreadable.get(slug) !== why)
        log.warn(
          { company: slug, err: cause },
          "a company's file cannot be read: its rooms stay as they were",
        );
      unreadable.set(slug, why);
      return false;
    }
  }

  function look(): Promise<void> {
    return (looking ??= lookOnce().finally(() => (looking = undefined)));
  }

  return {
    all: () => all,
    changed: (signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const giveUp = () => {
        waiting.delete(resolve);
        resolve();
      };
      waiting.add(resolve);
      signal.addEventListener("abort", giveUp, { once: true });
      if (signal.aborted) giveUp();
      return promise;
    },
    start: () => {
      if (roomsNow !== undefined) timer = setInterval(() => void look(), roomsLookMs).unref();
    },
    stop: () => clearInterval(timer),
  };
}

/** What the file names was judged when it was read. */
function toSource(slug: string, source: KnowledgeSource): Source {
  const audience = source.audience.map(parseAudience).filter((group) => group !== undefined);
  return { ...source, audience, tenantId: tenantIdOf(slug) };
}
