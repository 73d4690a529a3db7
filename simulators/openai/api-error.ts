/** The platform's error body: what every non-2xx answer carries. */
export interface ApiErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** A refusal in the platform's words: the HTTP status and the body the client will read. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, parts: ApiErrorParts = {}) {
    super(message);
    this.status = status;
    this.type = parts.type ?? "invalid_request_error";
    this.param = parts.param ?? null;
    this.code = parts.code ?? null;
    this.headers = parts.headers ?? {};
  }

  toBody(): ApiErrorBody {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

interface ApiErrorParts {
  readonly type?: string;
  readonly param?: string | null;
  readonly code?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A 400 about one parameter, named by its path as the platform writes it (`messages[0].role`). */
export function badRequest(param: string | null, code: string | null, message: string): ApiError {
  return new ApiError(400, message, { param, code });
}

/** A 401: the key is missing, unknown or revoked. The key is echoed masked, as the platform does. */
export function unauthorized(key: string | undefined): ApiError {
  if (key === undefined || key === "") {
    return new ApiError(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    );
  }
  const masked = key.length > 8 ? `${key.slice(0, 4)}${"*".repeat(key.length - 8)}${key.slice(-4)}` : "****";
  return new ApiError(
    401,
    `Incorrect API key provided: ${masked}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    { code: "invalid_api_key" },
  );
}

/** A 404: the model is unknown to this key. */
export function modelNotFound(model: string): ApiError {
  return new ApiError(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
    code: "model_not_found",
  });
}

/** A 400: the prompt does not fit the model's context. Sizes are tokens. */
export function contextLengthExceeded(limit: number, used: number): ApiError {
  return badRequest(
    "messages",
    "context_length_exceeded",
    `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${used} tokens. Please reduce the length of the messages.`,
  );
}

/** A 429 by request or token rate, with both headers the clients read (`retry-after` is whole seconds). */
export function rateLimited(model: string, retryAfterMs: number): ApiError {
  return new ApiError(
    429,
    `Rate limit reached for ${model} in organization org-local on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in ${retryAfterMs}ms. Visit https://platform.openai.com/account/rate-limits to learn more.`,
    {
      type: "requests",
      code: "rate_limit_exceeded",
      headers: {
        "retry-after": String(Math.ceil(retryAfterMs / 1000)),
        "retry-after-ms": String(retryAfterMs),
      },
    },
  );
}

/** A 429 no waiting cures: the account has no credit. */
export function insufficientQuota(): ApiError {
  return new ApiError(
    429,
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
    { type: "insufficient_quota", code: "insufficient_quota" },
  );
}

/** A 5xx from the platform itself. */
export function serverFailed(status: number): ApiError {
  const overloaded = status === 503;
  return new ApiError(
    status,
    overloaded
      ? "The engine is currently overloaded, please try again later"
      : "The server had an error while processing your request. Sorry about that!",
    { type: overloaded ? "service_unavailable" : "server_error" },
  );
}
