import { isIP } from "node:net";
import { z } from "zod";

const yes = ["true", "1", "yes", "on"];
const no = ["false", "0", "no", "off"];

/** Words, without the spaces around them. */
export function text() {
  return z.string("must be text").trim().min(1, "is empty: leave it out or give it a value");
}

/** A key or a token, copied whole. */
export function secretText() {
  return z.string("must be text").regex(/^\S+$/, "must not contain spaces or line breaks: copy it again");
}

/** What begins as an address of its kind does; `problem` says how. */
export function address(pattern: RegExp, problem: string) {
  return z.string(problem).regex(pattern, problem);
}

/** An address of the web. */
export function webAddress() {
  return z.url({ protocol: /^https?$/, error: "must be an address that begins with https:// or http://" });
}

/** Proxies, by their addresses and networks. */
export function networks() {
  const problem = "must be addresses or networks with commas between, such as 10.0.0.0/8, and not everyone";
  return z
    .string(problem)
    .transform((list) => list.split(",").map((network) => network.trim()))
    .refine((list) => list.every(isNetwork), problem);
}

/** One address, or a network in CIDR notation; never all there are, which would believe what anyone writes. */
function isNetwork(text: string): boolean {
  const [, address = "", bits] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits ?? 1) <= (version === 4 ? 32 : 128);
}

/** One of several words. */
export function oneOf<const Choices extends readonly [string, ...string[]]>(choices: Choices) {
  return z.enum(choices, `must be one of ${choices.join(", ")}`);
}

/** A whole number within bounds. */
export function whole(least: number, most: number) {
  const problem = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(problem).int(problem).min(least, problem).max(most, problem);
}

/** A number within bounds. */
export function amount(least: number, most: number) {
  const problem = `must be a number from ${least} to ${most}`;
  return z.coerce.number(problem).min(least, problem).max(most, problem);
}

/** Yes or no, in the words operators use for them. */
export function flag() {
  const words = z.enum([...yes, ...no], "must be true or false");
  return z.preprocess(
    (value) => String(value).toLowerCase(),
    words.transform((word) => yes.includes(word)),
  );
}

/** Thirty-two bytes. */
export function masterKey() {
  const problem = "must be 32 random bytes as base64 or hex: make one with `openssl rand -base64 32`";
  return z.string(problem).regex(/^([0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?)$/, problem);
}
