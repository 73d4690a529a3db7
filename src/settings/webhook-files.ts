import { z } from "zod";
import { outsideEventNames, type OutsideEventName } from "../core/outside.ts";

/** An address that is told what becomes of a company's conversations, with the secret that signs it. */
export interface WebhookFile {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly OutsideEventName[];
}

/** One as a tenant's file has it: the secret stands in the environment. */
export const webhookFile = z.strictObject({
  url: z.string().refine(isAddress, "must be an http or https address without a user name"),
  secret: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of an environment variable that has the secret"),
  events: z
    .array(z.enum(outsideEventNames, `must be some of ${outsideEventNames.join(", ")}`))
    .min(1, "must name at least one event")
    .default([...outsideEventNames]),
});

const shortestSecret = 32;

/** Adds to `problems`: a secret that is missing or short, an address that stands there twice. */
export function toWebhookFiles(
  files: readonly z.output<typeof webhookFile>[],
  {
    path,
    problems,
    values,
  }: {
    readonly path: string;
    readonly problems: string[];
    readonly values: Readonly<Record<string, string>>;
  },
): readonly WebhookFile[] {
  for (const { url } of files.filter((one, index) => files.findIndex(({ url }) => url === one.url) !== index))
    problems.push(`${path}: the webhook to ${new URL(url).origin} stands there twice. Keep one`);
  return files.map(({ url, secret: name, events }) => {
    const secret = values[name] ?? "";
    if (secret.length < shortestSecret || !isKey(secret))
      problems.push(
        `${name}: ${path} names it as the secret of a webhook: set it to whsec_ and 24 or more random bytes in base64, or to ${shortestSecret} or more random characters`,
      );
    return { url, secret, events };
  });
}

function isKey(secret: string): boolean {
  return !secret.startsWith("whsec_") || /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret);
}

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}
