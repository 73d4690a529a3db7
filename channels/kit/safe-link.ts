import { domainToASCII } from "node:url";

/**
 * What a link from a model may become: `plain` it goes where it seems to go, `disguised` its label names
 * another host than the one it leads to, `inert` it leads nowhere a reader should be sent.
 */
export type LinkVerdict =
  | { readonly kind: "plain"; readonly url: string; readonly host: string }
  | { readonly kind: "disguised"; readonly url: string; readonly host: string }
  | { readonly kind: "inert" };

/** Judges a link by its label and its address. The address given back cannot end a Slack or markdown link early. */
export function judgeLink(label: string, address: string): LinkVerdict {
  const url = parseAddress(address);
  if (url === undefined) return { kind: "inert" };
  // Nothing but the host says where a web link leads: `https://bank.com@evil.example/` goes to evil.example.
  const isDisguised = url.username !== "" || url.password !== "" || namesAnotherHost(label, url);
  url.username = "";
  url.password = "";
  const safe =
    isDisguised || /[()<>|\s\\]/.test(address) ? url.href.replaceAll(/[()<>|\s\\]/g, percent) : address;
  return { kind: isDisguised ? "disguised" : "plain", url: safe, host: url.host || url.pathname };
}

const allowed: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);

function parseAddress(address: string): URL | undefined {
  const url = URL.parse(address.trim());
  return url !== null && allowed.has(url.protocol) ? url : undefined;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Things that look like `name.ending` and are files, not hosts: their endings are no top-level domains. */
const fileEnding =
  /\.(?:pdf|html?|txt|json|ya?ml|xml|csv|docx?|xlsx?|pptx?|png|jpe?g|gif|svg|js|jsx|ts|tsx|log|ics)$/i;

const hostLike = /(?:[\p{L}\p{N}_-]+[.。．｡])+\p{L}[\p{L}\p{N}-]+/gu;

const invisible = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

function namesAnotherHost(label: string, url: URL): boolean {
  const named = label.replaceAll(invisible, "").match(hostLike);
  if (named === null) return false;
  const own = url.protocol === "mailto:" ? url.pathname.replace(/^.*@/, "") : url.hostname;
  return named.some((name) => !fileEnding.test(name) && !isSameOwner(toAscii(name), toAscii(own)));
}

function toAscii(host: string): string {
  return domainToASCII(host.normalize("NFKC").replaceAll(/[。．｡]/g, ".")).replace(/^www\./, "");
}

/** `docs.bank.com` under the label `bank.com` is the bank's own; the reverse could be anyone's. */
function isSameOwner(named: string, own: string): boolean {
  return named !== "" && (own === named || own.endsWith(`.${named}`));
}
