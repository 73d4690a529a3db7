import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";

const schema = z.object({
  botToken: z.string().min(1),
  botUserId: z.string().min(1),
  botId: z.string().optional(),
  appId: z.string().optional(),
  scopes: z.array(z.string()).default([]),
  enterpriseId: z.string().optional(),
  /** Only with token rotation: what the next token is asked with. */
  refreshToken: z.string().optional(),
  /** Only with token rotation, milliseconds since the epoch. */
  expiresAt: z.number().optional(),
});

/** What Baton keeps of a workspace's installation, as it is stored (encrypted) in the installation record. */
export type SlackCredentials = z.infer<typeof schema>;

/** Reads stored credentials; throws PermanentError (code `bad_credentials`) when they are not ours. */
export function parseSlackCredentials(value: unknown): SlackCredentials {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PermanentError("slack: the stored credentials cannot be read: install the app again", {
    cause: parsed.error,
    code: "bad_credentials",
  });
}
