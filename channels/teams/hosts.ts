import { isLoopback } from "../kit/fetch-file.ts";

/** Where connectors live: worldwide, and in the clouds of the US government. */
const connectors: ReadonlySet<string> = new Set([
  "smba.trafficmanager.net",
  "smba.infra.gcc.teams.microsoft.com",
  "smba.infra.gov.teams.microsoft.us",
  "smba.infra.dod.teams.microsoft.us",
]);

const connectorFamilies = [".botframework.com", ".botframework.us", ".botframework.azure.us"];

/** Where files shared in Teams lie; their addresses carry their own short-lived permission. */
const fileFamilies = [".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn"];

/**
 * The service address as a URL with a path that ends in `/`; undefined for one that no token may go to.
 * `extra` are hosts of a local stand-in, which alone may be plain http, and only on this machine.
 */
export function parseServiceUrl(address: string, extra: ReadonlySet<string>): URL | undefined {
  const url = URL.parse(address);
  if (url === null || !isServiceHost(url, extra)) return undefined;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.search = "";
  url.hash = "";
  return url;
}

/** True for a host that may see the bot's own token. */
export function isServiceHost(url: URL, extra: ReadonlySet<string>): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (isExtra(url, extra)) return true;
  if (url.protocol !== "https:" || url.port !== "") return false;
  return connectors.has(url.hostname) || connectorFamilies.some((family) => url.hostname.endsWith(family));
}

/** True for a host that files are fetched from without a token. */
export function isFileHost(url: URL, extra: ReadonlySet<string>): boolean {
  if (isExtra(url, extra)) return true;
  return (
    url.protocol === "https:" &&
    url.port === "" &&
    fileFamilies.some((family) => url.hostname.endsWith(family))
  );
}

function isExtra(url: URL, extra: ReadonlySet<string>): boolean {
  const isNamed = extra.has(url.hostname) || extra.has(url.host);
  return isNamed && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)));
}
