import { z } from "zod";

const schema = z.object({
  /** Where the tenant's connector was last seen. */
  serviceUrl: z.string(),
});

/** What Baton keeps of a tenant's installation, as it is stored (encrypted) in the installation record. */
export type TeamsCredentials = z.infer<typeof schema>;

/** Reads stored credentials; undefined when there are none or they are not ours. */
export function parseTeamsCredentials(value: unknown): TeamsCredentials | undefined {
  return schema.safeParse(value).data;
}
