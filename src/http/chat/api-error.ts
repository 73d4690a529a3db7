import { z } from "zod";
import { PermanentError, TransientError, UncertainError } from "../../core/errors.ts";
import { RateLimitExceeded } from "../../guard/limits/limits.ts";

/** A request that is refused: `message` says what to do about it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  constructor(status: number, code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The body of every refusal. */
export const errorBody = z.object({
  error: z.object({
    code: z.string().meta({ description: "For programs; never changes its meaning." }),
    message: z.string().meta({ description: "For people: what is wrong and what to do." }),
    correlationId: z.string().meta({ description: "Name it when you ask us about it." }),
  }),
});

export const refusals = {
  unauthorized: () =>
    new ApiError(
      401,
      "unauthorized",
      "The session is missing, over or not ours: ask POST /support/chat/session for a new one.",
    ),
  notFound: () => new ApiError(404, "not_found", "There is nothing here under this id for this session."),
  origin: () =>
    new ApiError(
      403,
      "origin_not_allowed",
      "This page is not on the site's list: add its origin to the site.",
    ),
  tooFast: (retryAfterMs: number) => {
    const seconds = Math.max(1, Math.ceil(Math.min(retryAfterMs, 60_000) / 1_000));
    const message = `That was a little fast for us. Please try again in ${seconds} s.`;
    return new ApiError(429, "too_many_requests", message, seconds * 1_000);
  },
} as const;

/** What a failure is to the caller; undefined for a bug, which is told to nobody. */
export function toApiError(cause: unknown): ApiError | undefined {
  if (cause instanceof ApiError) return cause;
  if (cause instanceof RateLimitExceeded) return refusals.tooFast(cause.retryAfterMs);
  if (cause instanceof TransientError) {
    const message = "That did not work just now and nothing was kept: send it again in a moment.";
    return new ApiError(503, "try_again", message, cause.retryAfterMs ?? 1_000);
  }
  if (cause instanceof UncertainError) {
    const message = "That may or may not have worked: send it again with the same id.";
    return new ApiError(503, "try_again", message, 1_000);
  }
  if (cause instanceof PermanentError) return refusals.notFound();
  const status = statusOf(cause);
  switch (status) {
    case 400:
      return new ApiError(400, "bad_request", "The request is not valid: send JSON as application/json.");
    case 413:
      return new ApiError(413, "too_large", "The body is larger than this endpoint takes: send less.");
    case 414:
      return new ApiError(414, "too_long", "The address is too long.");
    case 415:
      return new ApiError(415, "media_type", "This media type is not taken here: see /api/v1/openapi.json.");
    default:
      return undefined;
  }
}

function statusOf(cause: unknown): number | undefined {
  const status: unknown = cause instanceof Error ? Reflect.get(cause, "statusCode") : undefined;
  return typeof status === "number" ? status : undefined;
}

/** The wire form of a refusal. */
export function toErrorBody({ code, message }: ApiError, correlationId: string): z.infer<typeof errorBody> {
  return { error: { code, message, correlationId } };
}

/** Reads what a caller sent. Throws a refusal that names each wrong field. */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "the request"}: ${message}`);
  throw new ApiError(400, "bad_request", problems.join("; "));
}
