import { tellAudience } from "../readers.ts";
import type { Source } from "./source.ts";
import type { SourceProgress } from "./source-store.ts";

/** A source as colleagues are told of it: what the company's file says, and how far it has come. */
export interface ToldSource
  extends
    Pick<Source, "name" | "language" | "owner" | "everyHours">,
    Partial<Pick<SourceProgress, "problem" | "begunAt" | "endedAt">> {
  /** Absent for one that was added by hand. */
  readonly kind?: Source["kind"] | undefined;
  /** Who is shown it, as the file says it. */
  readonly audience?: readonly string[] | undefined;
  readonly state: SourceProgress["state"] | "waiting";
  readonly done: number;
  readonly of: number;
  readonly failed: number;
  /** Whole ones, 0 while nobody knows how much there is. */
  readonly percent: number;
}

/** Those that the file names in its order, then those added by hand. */
export function tellSources(
  sources: readonly Source[],
  progress: readonly SourceProgress[],
): readonly ToldSource[] {
  const known = new Map(progress.map((each) => [each.name, each]));
  const named = sources.map(({ name, kind, audience, language, owner, everyHours }) => ({
    name,
    kind,
    audience: audience.map(tellAudience),
    language,
    owner,
    everyHours,
    ...toldProgress(known.get(name)),
  }));
  const names = new Set(named.map(({ name }) => name));
  const byHand = progress.filter(({ name }) => !names.has(name));
  return [...named, ...byHand.map((each) => ({ name: each.name, ...toldProgress(each) }))];
}

function toldProgress(progress: SourceProgress | undefined) {
  if (progress === undefined) return { state: "waiting", done: 0, of: 0, failed: 0, percent: 0 } as const;
  const { state, done, of, failed, problem, begunAt, endedAt } = progress;
  const percent = of === 0 ? 0 : Math.floor((done * 100) / of);
  return { state, done, of, failed, percent, problem, begunAt, endedAt };
}
