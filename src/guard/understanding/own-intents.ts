import { z } from "zod";
import { handlings } from "../../core/understanding.ts";

const slot = z.discriminatedUnion("kind", [
  z.strictObject({
    name: z.string().min(1),
    kind: z.enum(["date", "email", "phone", "money", "number", "code"]),
    near: z.array(z.string().min(1)).optional(),
  }),
  z.strictObject({
    name: z.string().min(1),
    kind: z.literal("words"),
    after: z.array(z.string().min(1)).min(1),
  }),
  z.strictObject({
    name: z.string().min(1),
    kind: z.literal("choice"),
    values: z.record(z.string().min(1), z.array(z.string().min(1))),
  }),
]);

const ownIntent = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, "lower case letters, digits, - and _"),
  /** How a message of this intent is handled. */
  handling: z.enum(handlings).default("question"),
  slots: z.array(slot).default([]),
  phrases: z.array(z.string().trim().min(1).max(500)).min(2, "two or more phrases, better ten"),
});

/** A tenant's or an agent's own intents, as its file in `config/intents` describes them. */
export const ownIntentsFile = z.strictObject({
  intents: z
    .array(ownIntent)
    .max(300)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "each name once"),
});

/** One intent of a tenant: what people say, how it is handled, and what must be known. */
export type OwnIntent = z.infer<typeof ownIntent>;
