/** What one check found. `fix` is what to do, exactly, and stands with everything that is not well. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warning" | "failure";
  readonly detail: string;
  readonly fix?: string;
}

/** Looked, and it is well. */
export function ok(check: string, detail: string): Finding {
  return { check, state: "ok", detail };
}

/** Baton runs, but not as it should in production. */
export function warning(check: string, detail: string, fix: string): Finding {
  return { check, state: "warning", detail, fix };
}

/** Baton does not run, or does not do its work, until this is mended. */
export function failure(check: string, detail: string, fix: string): Finding {
  return { check, state: "failure", detail, fix };
}

/** The shortest word for why something did not work: a system's code where there is one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause instanceof Error ? reasonOf(error.cause) : error.name;
}
