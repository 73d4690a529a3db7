import { z } from "zod";

/** The largest file the playground takes, bytes. */
export const maxFileBytes = 1024 * 1024;
const maxFiles = 3;
/** Three files in base64, a long text and some air. */
export const maxRequestBytes = 5 * 1024 * 1024;

// Slack's are letters and digits, Discord's digits, those of Teams have colons, dots, dashes and at signs as well.
const id = z.string().regex(/^[A-Za-z0-9][\w:.@=-]{1,199}$/, "is no id");
const ts = z.string().regex(/^\d{1,20}(?:\.\d{6})?$/, 'is no message id such as "1700000000.000100"');
const text = z.string().max(12_000, "is longer than 12 000 characters");
const place = { user: id, channel: id };

const file = z.strictObject({
  name: z
    .string()
    .regex(
      /^[^/\\\p{Cc}]{1,200}$/u,
      "is no file name: 1 to 200 characters without slashes or control characters",
    ),
  mimetype: z
    .string()
    .regex(/^[\w.+-]{1,60}\/[\w.+-]{1,80}$/, "is no media type")
    .optional(),
  contentBase64: z
    .base64("is not base64")
    .refine((base64) => (base64.length * 3) / 4 <= maxFileBytes + 2, "is larger than 1 MB"),
});

/** The bodies the page sends, by what they do. Fields nobody asked for are refused. */
export const playgroundBodies = {
  say: z
    .strictObject({
      ...place,
      text,
      threadTs: ts.optional(),
      files: z.array(file).max(maxFiles, `are more than ${maxFiles}`).optional(),
    })
    .refine((say) => say.text.trim() !== "" || (say.files?.length ?? 0) > 0, {
      path: ["text"],
      message: "is empty: write something or attach a file",
    }),
  edit: z.strictObject({
    ...place,
    ts,
    text: text.refine((edited) => edited.trim() !== "", "is empty: delete the message instead"),
  }),
  delete: z.strictObject({ ...place, ts }),
  react: z.strictObject({
    ...place,
    ts,
    name: z.string().regex(/^(?:[a-z0-9_+'-]{1,80}|(?:\p{Emoji}|\u200d|\ufe0f){1,20})$/u, "is no emoji"),
    remove: z.boolean().default(false),
  }),
  click: z.strictObject({
    ...place,
    ts,
    actionId: z.string().min(1).max(255),
    blockId: z.string().max(255).optional(),
    value: z.string().max(2_000).optional(),
  }),
  fill: z.strictObject({
    user: id,
    formId: z.string().min(1).max(255),
    values: z.record(z.string().max(255), z.string().max(3_000)),
  }),
  command: z.strictObject({
    ...place,
    command: z.string().regex(/^\/[a-z0-9_-]{1,31}$/, "is no command such as /baton"),
    text,
  }),
};

/** The questions the page asks, by what they are about. */
export const playgroundQueries = {
  messages: z.strictObject({ user: id, channel: id }),
  file: z.strictObject({ id }),
  happenings: z.strictObject({ after: z.coerce.number().int().min(0).default(0) }),
};

/** Names each field that is wrong and what is wrong with it. */
export function toComplaint(error: z.ZodError): string {
  const issues = error.issues.map(({ path, message }) => `${path.join(".") || "the request"}: ${message}`);
  return issues.slice(0, 5).join("; ");
}
