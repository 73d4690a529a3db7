import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";

/**
 * Why a request must not reach the playground; undefined when it may. The playground has no login: what keeps
 * other web sites out is that a browser tells where a request comes from.
 */
export function judgeCaller(request: FastifyRequest, publicUrl?: string): string | undefined {
  const host = request.headers.host ?? "";
  if (!isOurName(host, publicUrl)) {
    // A name that anyone can point at this machine would make a foreign page look like ours.
    return `the playground does not answer under the name ${JSON.stringify(host.slice(0, 100))}: open it at http://localhost, or set BATON_PUBLIC_URL`;
  }
  const { origin } = request.headers;
  if (origin !== undefined && hostOf(origin) !== host.toLowerCase()) return foreign;
  const site = request.headers["sec-fetch-site"];
  const isRead = request.method === "GET" && !request.url.includes("/api/");
  if (!isRead && site !== undefined && site !== "same-origin" && site !== "none") return foreign;
  return undefined;
}

const foreign = "the playground only takes requests of its own page";

function isOurName(host: string, publicUrl: string | undefined): boolean {
  const name = nameOf(host);
  if (name === "localhost" || name.endsWith(".localhost") || isIP(name) !== 0) return true;
  return publicUrl !== undefined && name !== "" && name === nameOf(hostOf(publicUrl));
}

function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1");
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
