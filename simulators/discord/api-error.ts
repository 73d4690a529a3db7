/** A refusal, as the platform words it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: Record<string, unknown> | undefined;

  constructor(status: number, code: number, message: string, errors?: Record<string, unknown>) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  toBody(): Record<string, unknown> {
    const { message, code, errors } = this;
    return { message, code, ...(errors === undefined ? {} : { errors }) };
  }
}

const known = {
  0: [404, "404: Not Found"],
  10002: [404, "Unknown Application"],
  10003: [404, "Unknown Channel"],
  10004: [404, "Unknown Guild"],
  10007: [404, "Unknown Member"],
  10008: [404, "Unknown Message"],
  10011: [404, "Unknown Role"],
  10013: [404, "Unknown User"],
  10014: [400, "Unknown Emoji"],
  10015: [404, "Unknown Webhook"],
  10062: [404, "Unknown interaction"],
  10063: [404, "Unknown application command"],
  30030: [400, "Maximum number of application commands reached"],
  30046: [400, "Maximum number of edits to messages older than 1 hour reached. Try again later."],
  40005: [413, "Request entity too large"],
  40060: [400, "Interaction has already been acknowledged."],
  50001: [403, "Missing Access"],
  50003: [403, "Cannot execute action on a DM channel"],
  50005: [403, "Cannot edit a message authored by another user"],
  50006: [400, "Cannot send an empty message"],
  50007: [403, "Cannot send messages to this user"],
  50008: [400, "Cannot send messages in a non-text channel"],
  50013: [403, "Missing Permissions"],
  50019: [403, "A message can only be pinned to the channel it was sent in"],
  50024: [400, "Cannot execute action on this channel type"],
  50027: [401, "Invalid Webhook Token"],
  50035: [400, "Invalid Form Body"],
  50041: [400, "Invalid API version specified"],
  50083: [400, "Thread is archived"],
  50109: [400, "The request body contains invalid JSON."],
  160004: [400, "A thread has already been created for this message"],
  160005: [400, "Thread is locked"],
} as const satisfies Record<number, readonly [number, string]>;

/** One of the platform's refusals by its code. */
export function refusal(code: keyof typeof known): ApiError {
  const [status, message] = known[code];
  return new ApiError(status, code, message);
}

/** What is wrong with a body, by path: `["embeds", 0, "title"]`. */
export interface FieldFault {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/** 50035, with the faults nested as the platform nests them. */
export function invalidForm(faults: readonly FieldFault[]): ApiError {
  const errors: Record<string, unknown> = {};
  for (const { path, code, message } of faults) {
    let node = errors;
    for (const step of path) node = (node[step] ??= {}) as Record<string, unknown>;
    const list = (node["_errors"] ??= []) as unknown[];
    list.push({ code, message });
  }
  return new ApiError(400, 50035, "Invalid Form Body", errors);
}
