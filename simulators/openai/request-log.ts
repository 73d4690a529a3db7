import type { Answer } from "./answer.ts";
import type { Endpoint, Face } from "./face.ts";
import type { FaultKind } from "./fault.ts";
import { newId } from "./ids.ts";

/** How a request ended; `cut` means this API broke it off. */
export type Outcome = "open" | "complete" | "client-aborted" | "cut";

/** What this API saw of one request: the ground truth of a run. Times are epoch milliseconds. */
export interface RecordedRequest {
  /** 1, 2, 3 … since the start or the last reset. */
  readonly sequence: number;
  /** Also sent as `x-request-id`. */
  readonly id: string;
  readonly at: number;
  /** Whose protocol it spoke. */
  readonly face: Face;
  readonly endpoint: Endpoint;
  readonly model: string | undefined;
  readonly stream: boolean;
  /** Last user text, or the input of embeddings and moderations. */
  readonly text: string;
  readonly body: unknown;
  /** Last four characters of the key. */
  readonly keyTail: string;
  readonly fault: FaultKind | undefined;
  readonly answer: Answer | undefined;
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  readonly promptTokens: number;
  readonly tokensSent: number;
  readonly outcome: Outcome;
  /** When it completed, was cut, or the client went away. */
  readonly endedAt: number | undefined;
}

/** Sums over all requests since the start or the last reset. */
export interface RequestCounts {
  readonly requests: number;
  readonly open: number;
  readonly promptTokens: number;
  readonly tokensSent: number;
  readonly byEndpoint: Readonly<Partial<Record<Endpoint, number>>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byFault: Readonly<Partial<Record<FaultKind, number>>>;
  readonly byOutcome: Readonly<Partial<Record<Outcome, number>>>;
}

/** A record still being written. */
export type OpenRequest = { -readonly [Field in keyof RecordedRequest]: RecordedRequest[Field] };

/** How long to wait for a request, and what calls the wait off. */
export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Keeps what requests did. Under `counts` a finished request is dropped and only the sums stay. */
export interface RequestLog {
  open(door: { readonly face: Face; readonly endpoint: Endpoint }, keyTail: string): OpenRequest;
  /** Tells those who wait that the request got further. */
  changed(request: OpenRequest): void;
  /** Ends it once; later ends of the same request change nothing. */
  end(request: OpenRequest, outcome: Exclude<Outcome, "open">): void;
  history(): readonly RecordedRequest[];
  counts(): RequestCounts;
  waitFor(predicate: (request: RecordedRequest) => boolean, wait?: WaitOptions): Promise<RecordedRequest>;
  reset(): void;
}

/** An empty log that keeps at most `limit` requests under `full`, the oldest dropped first. */
export function createRequestLog({
  record,
  limit,
}: {
  record: "full" | "counts";
  limit: number;
}): RequestLog {
  const waiting = new Set<(request: RecordedRequest) => void>();
  let kept = new Set<OpenRequest>();
  let sums = createSums();
  let sequence = 0;

  function open(door: { readonly face: Face; readonly endpoint: Endpoint }, keyTail: string): OpenRequest {
    sequence += 1;
    const request = toOpenRequest(door, { keyTail, sequence });
    kept.add(request);
    if (kept.size > limit) dropOldest(kept);
    sums.requests += 1;
    countUp(sums.byEndpoint, door.endpoint);
    return request;
  }

  function changed(request: OpenRequest): void {
    for (const check of waiting) check(request);
  }

  function end(request: OpenRequest, outcome: Exclude<Outcome, "open">): void {
    if (request.outcome !== "open") return;
    request.outcome = outcome;
    request.endedAt = Date.now();
    addToSums(sums, request);
    if (record === "counts") kept.delete(request);
    changed(request);
  }

  function waitFor(
    predicate: (request: RecordedRequest) => boolean,
    wait: WaitOptions = {},
  ): Promise<RecordedRequest> {
    const found = [...kept].find(predicate);
    if (found !== undefined) return Promise.resolve(found);
    const timeoutMs = wait.timeoutMs ?? 20_000;
    const timeout = AbortSignal.timeout(timeoutMs);
    const over = wait.signal === undefined ? timeout : AbortSignal.any([wait.signal, timeout]);
    return new Promise((resolve, reject) => {
      const check = (request: RecordedRequest): void => {
        if (!predicate(request)) return;
        waiting.delete(check);
        resolve(request);
      };
      waiting.add(check);
      over.addEventListener("abort", () => {
        waiting.delete(check);
        reject(
          new Error(`openai simulator: no request like that came within ${timeoutMs} ms`, {
            cause: over.reason,
          }),
        );
      });
    });
  }

  return {
    open,
    changed,
    end,
    history: () => [...kept],
    counts: () => ({
      ...structuredClone(sums),
      open: [...kept].filter((request) => request.outcome === "open").length,
    }),
    waitFor,
    reset: () => {
      kept = new Set();
      sums = createSums();
      sequence = 0;
    },
  };
}

function toOpenRequest(
  { face, endpoint }: { readonly face: Face; readonly endpoint: Endpoint },
  { keyTail, sequence }: { keyTail: string; sequence: number },
): OpenRequest {
  return {
    sequence,
    id: newId("req_"),
    at: Date.now(),
    face,
    endpoint,
    model: undefined,
    stream: false,
    text: "",
    body: undefined,
    keyTail,
    fault: undefined,
    answer: undefined,
    status: undefined,
    errorCode: undefined,
    promptTokens: 0,
    tokensSent: 0,
    outcome: "open",
    endedAt: undefined,
  };
}

function dropOldest(kept: Set<OpenRequest>): void {
  for (const oldest of kept) {
    kept.delete(oldest);
    return;
  }
}

type Sums = ReturnType<typeof createSums>;

function createSums() {
  return {
    requests: 0,
    promptTokens: 0,
    tokensSent: 0,
    byEndpoint: {} as Partial<Record<Endpoint, number>>,
    byStatus: {} as Record<string, number>,
    byFault: {} as Partial<Record<FaultKind, number>>,
    byOutcome: {} as Partial<Record<Outcome, number>>,
  };
}

function addToSums(sums: Sums, request: RecordedRequest): void {
  sums.promptTokens += request.promptTokens;
  sums.tokensSent += request.tokensSent;
  countUp(sums.byOutcome, request.outcome);
  if (request.status !== undefined) countUp(sums.byStatus, String(request.status));
  if (request.fault !== undefined) countUp(sums.byFault, request.fault);
}

function countUp<Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
