/** The answer to one attempt. `status` 0 means there was none. */
export interface Attempt {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
  readonly noRetry?: boolean;
  readonly failure?: "http_timeout" | "connection_failed" | "http_error";
}
