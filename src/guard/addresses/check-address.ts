import ipaddr from "ipaddr.js";

/** A URL that may be asked, or why not; the reason is for the log, never for the one who asked. */
export type CheckedUrl =
  | { readonly ok: true; readonly url: URL; readonly isAllowed: boolean }
  | { readonly ok: false; readonly reason: string };

const publicPorts = new Set(["", "80", "443"]);

// Names that mean something inside a network and nothing outside (RFC 6761, 6762, 8375, 9476, ICANN).
const innerNames = [
  "localhost",
  "local",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
  "private",
  "home.arpa",
  "test",
  "example",
  "invalid",
  "alt",
  "onion",
  "arpa",
];

// Public addresses behind which a cloud keeps its inner services: Azure's wire server.
const innerAddresses = new Set(["168.63.129.16"]);

/**
 * Reads a URL as strictly as it will be asked: http or https, a full public name or address, the scheme's own port.
 * `allowed` names origins that an operator lets through whatever they are.
 */
export function checkUrl(text: string, allowed: ReadonlySet<string>): CheckedUrl {
  if (/[\p{Cc}\p{Cf}\p{Z}\\]|%0[ad]|%00/iu.test(text))
    return refuse("characters that do not belong in a URL");
  const url = URL.parse(text);
  if (url === null) return refuse("not a URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") return refuse("neither http nor https");
  if (url.username !== "" || url.password !== "") return refuse("it carries a user name");
  if (allowed.has(url.origin)) return { ok: true, url, isAllowed: true };
  if (!publicPorts.has(url.port) || isCrossed(url)) return refuse("a port that is not the scheme's own");
  const reason = isLiteral(url.hostname) ? findAddressFault(url.hostname) : findNameFault(url.hostname);
  return reason === undefined ? { ok: true, url, isAllowed: false } : refuse(reason);
}

/** Why an address may not be connected to; undefined for a public one. */
export function findAddressFault(address: string): string | undefined {
  const text = address.replace(/^\[|\]$/g, "");
  if (!ipaddr.isValid(text)) return "not an address";
  const parsed = ipaddr.parse(text);
  if (innerAddresses.has(parsed.toString())) return "an address of a cloud's inner services";
  const range = parsed.range();
  if (range !== "unicast") return `an address that is ${range}`;
  // Only 2000::/3 is given out; the rest embeds other addresses or is reserved.
  if (parsed instanceof ipaddr.IPv6 && ((parsed.parts[0] ?? 0) & 0xe000) !== 0x2000)
    return "an address that is not global";
  return undefined;
}

function findNameFault(name: string): string | undefined {
  if (name.endsWith(".")) return "a name with a dot at its end";
  if (!name.includes(".")) return "a name without a dot";
  if (/(^|\.)(0x[\da-f]*|\d+)$/i.test(name)) return "a name that ends like an address";
  if (innerNames.some((inner) => name === inner || name.endsWith(`.${inner}`))) return "an inner name";
  return undefined;
}

/** http on 443 or https on 80: nobody serves that, but something else may answer. */
function isCrossed({ protocol, port }: URL): boolean {
  return (protocol === "http:" && port === "443") || (protocol === "https:" && port === "80");
}

function isLiteral(hostname: string): boolean {
  return hostname.startsWith("[") || ipaddr.IPv4.isIPv4(hostname);
}

function refuse(reason: string): CheckedUrl {
  return { ok: false, reason };
}
