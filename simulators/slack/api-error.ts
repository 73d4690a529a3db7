/** A refusal of the Web API: `{ok: false, error: code, ...extra}`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(`slack simulator: ${code}`);
    this.code = code;
    this.extra = extra;
  }
}

/** `invalid_arguments` with the messages the platform gives. */
export function invalidArguments(...messages: readonly string[]): ApiError {
  return new ApiError("invalid_arguments", {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}
