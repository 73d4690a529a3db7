import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

const check = "public address";

/** Calls Baton from outside in, as a platform would. Not running yet is a warning: whoever asks may be about to start it. */
export async function checkPublicUrl(publicUrl: string | undefined): Promise<Finding[]> {
  if (publicUrl === undefined) return [];
  const url = new URL("/health", publicUrl);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: "error" });
    const body = await response.text();
    if (!body.includes('"checks"')) {
      const fix = "Let the proxy pass every path to Baton's port";
      return [failure(check, `${url.href} is answered by something else (${response.status})`, fix)];
    }
    if (response.ok) return [ok(check, `${url.href} leads to Baton`)];
    return [
      failure(
        check,
        `${url.href} leads to Baton, which is not well (${response.status})`,
        "Mend what fails above",
      ),
    ];
  } catch (error) {
    const fix = "Start Baton, then check DNS, the certificate and the proxy in front of it";
    return [warning(check, `${url.href} does not answer (${reasonOf(error)})`, fix)];
  }
}
