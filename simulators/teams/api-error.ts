/** What the connector refuses with. Every body is `{ error: { code, message } }`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds?: number;
  /** What is sent in the place of the usual body. */
  readonly body?: unknown;

  constructor(status: number, code: string, message: string, retryAfterSeconds?: number, body?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
    if (body !== undefined) this.body = body;
  }
}

/** The published error codes with their status and message. */
const namedErrors = {
  ConversationBlockedByUser: [403, "User blocked the conversation with the bot."],
  BotNotInConversationRoster: [403, "The bot is not part of the conversation roster."],
  BotDisabledByAdmin: [403, "The tenant admin disabled this bot."],
  ForbiddenOperationException: [403, "The bot may not do this to the message."],
  ContentStreamNotAllowed: [403, "Content stream is not allowed"],
  BotNotRegistered: [401, "No registration found for this bot."],
  Unauthorized: [401, "Authorization has been denied for this request."],
  ConversationNotFound: [404, "Conversation not found."],
  ActivityNotFoundInConversation: [404, "The activity was not found in the conversation."],
  MemberNotFoundInConversation: [404, "The member was not found in the conversation."],
  PreconditionFailed: [412, "Precondition failed, please try again."],
  MessageSizeTooBig: [413, "Message size too large."],
  Throttled: [429, "Too many requests."],
  BadSyntax: [400, "The request body is malformed."],
  BadArgument: [400, "An argument of the request is wrong."],
  BadRequest: [400, "Bad request."],
  ServiceError: [500, "An internal error happened."],
  BadGateway: [502, "Bad gateway."],
  ServiceUnavailable: [503, "Service unavailable."],
  GatewayTimeout: [504, "Gateway timeout."],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorName = keyof typeof namedErrors;

/** The named error, with a message of its own where one is given. */
export function refuse(name: ErrorName, message?: string, retryAfterSeconds?: number): ApiError {
  const [status, usual] = namedErrors[name];
  return new ApiError(status, name, message ?? usual, retryAfterSeconds);
}

/** The name by status code, for a fault that names only the status. */
export function nameOfStatus(status: number): string {
  return Object.entries(namedErrors).find(([, [known]]) => known === status)?.[0] ?? "ServiceError";
}
