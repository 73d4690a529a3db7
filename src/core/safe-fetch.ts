/** What is asked of a server whose address comes from data: a model, a document, a person. */
export interface SafeRequest {
  readonly url: string;
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Bytes of the body after decompression; more is an error. 1 MiB unless said. */
  readonly maxBytes?: number | undefined;
  readonly signal: AbortSignal;
}

export interface SafeResponse {
  readonly status: number;
  /** The address that answered, after redirects. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Fetches from public addresses only, unless an operator allowed the origin: the name is resolved once, the address
 * checked, and that address connected to; so is every redirect, at most five. Bounded in time and bytes.
 * Throws PermanentError for an address that may not be fetched (without telling what is there) and for an answer
 * out of bounds, TransientError when nobody answers in time, UncertainError when something other than a read was sent
 * and its answer did not come whole.
 */
export type SafeFetch = (request: SafeRequest) => Promise<SafeResponse>;
