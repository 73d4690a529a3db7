import { isIP } from "node:net";

/** Nobody's address: those who have none that can be read share one. */
const unknown = "0.0.0.0";

/**
 * The header `X-Forwarded-For` with nothing but addresses in it, as many as before and in the same order: some proxies
 * write the port too, which would make each connection somebody else.
 */
export function toPlainAddresses(forwarded: string): string {
  return forwarded.split(",").map(toPlainAddress).join(", ");
}

function toPlainAddress(text: string): string {
  const written = text.trim();
  if (isIP(written) !== 0) return written;
  const [, address = ""] = /^\[?([^[\]]*?)\]?(?::\d+)?$/.exec(written) ?? [];
  return isIP(address) === 0 ? unknown : address;
}
