import { listAt, numberAt, parseFields, textAt } from "../kit/fields.ts";

/** A gateway session as the SDK describes it: what one resumes with. */
export interface Session {
  readonly shardId: number;
  readonly shardCount: number;
  readonly sessionId: string;
  readonly resumeURL: string;
  readonly sequence: number;
}

/**
 * The sessions of our shards, twice: as far as the SDK received, which is where this process resumes, and as far as
 * everything was kept, which is where another process must resume so that nothing is missed.
 */
export interface Sessions {
  retrieve(shardId: number): Session | null;
  update(shardId: number, session: Session | null): void;
  /** An event arrived. Calling what it gives says that it was kept. */
  began(shardId: number, sequence: number): () => void;
  /** For the next holder: nothing after it is needed, nothing before it is missing. */
  snapshot(): string;
}

interface Progress {
  readonly inHand: Set<number>;
  newest: number;
}

/**
 * Starts from what the last holder kept. `apiUrl` is whose sessions they are: one begun with another API cannot be
 * resumed with this one, and trying costs the time in which nobody listens.
 */
export function createSessions(state: string | undefined, apiUrl: string): Sessions {
  const live = new Map(parseState(state, apiUrl).map((session) => [session.shardId, session]));
  const progress = new Map<string, Progress>();

  function progressOf({ sessionId, sequence }: Session): Progress {
    let known = progress.get(sessionId);
    if (known === undefined) progress.set(sessionId, (known = { inHand: new Set(), newest: sequence }));
    return known;
  }

  for (const session of live.values()) progressOf(session);

  return {
    retrieve: (shardId) => live.get(shardId) ?? null,
    update(shardId, session) {
      const before = live.get(shardId);
      if (before !== undefined && before.sessionId !== session?.sessionId) progress.delete(before.sessionId);
      if (session === null) return void live.delete(shardId);
      live.set(shardId, session);
      progressOf(session);
    },
    began(shardId, sequence) {
      const session = live.get(shardId);
      if (session === undefined) return () => {};
      const known = progressOf(session);
      known.inHand.add(sequence);
      known.newest = Math.max(known.newest, sequence);
      return () => void known.inHand.delete(sequence);
    },
    snapshot() {
      const sessions = [...live.values()].map((session) => {
        const known = progress.get(session.sessionId);
        let kept = known?.newest ?? 0;
        for (const waiting of known?.inHand ?? []) kept = Math.min(kept, waiting - 1);
        return { ...session, sequence: Math.max(0, kept) };
      });
      return JSON.stringify({ apiUrl, sessions });
    },
  };
}

function parseState(state: string | undefined, apiUrl: string): Session[] {
  const kept = parseFields(state ?? "");
  if (textAt(kept, "apiUrl") !== apiUrl) return [];
  return listAt(kept, "sessions").flatMap((one) => {
    const [shardId, shardCount, sequence] = [
      numberAt(one, "shardId"),
      numberAt(one, "shardCount"),
      numberAt(one, "sequence"),
    ];
    const [sessionId, resumeURL] = [textAt(one, "sessionId"), textAt(one, "resumeURL")];
    if (shardId === undefined || shardCount === undefined || sequence === undefined) return [];
    if (sessionId === undefined || resumeURL === undefined) return [];
    return [{ shardId, shardCount, sequence, sessionId, resumeURL }];
  });
}
