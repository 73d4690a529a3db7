import { z } from "zod";
import { defaultQueue } from "../../core/baton-event.ts";
import { template } from "../phrases/template-schema.ts";
import type { Template } from "../phrases/template.ts";

const name = z
  .string("must be a name")
  .regex(/^[a-z][a-z0-9_]{0,39}$/, "must be lower case letters, digits and _");
const path = z
  .string("must be a path such as found.movies")
  .regex(/^[a-z]\w*(?:\.\w+)*$/i, "must be a path such as found.movies");
const listPath = z
  .string("must be a path to a list, such as found.movies or found.movies[].shows")
  .regex(/^[a-z]\w*(?:\.\w+)*(?:\[\]\.\w+(?:\.\w+)*)*$/i, "must be a path such as found.movies[].shows");

const condition = z
  .strictObject({
    path,
    is: z.enum(["present", "missing", "empty", "true", "false"]).optional(),
    equals: z.union([z.string(), z.number(), z.boolean()]).optional(),
    above: z.number().optional(),
    below: z.number().optional(),
  })
  .refine(
    ({ is, equals, above, below }) =>
      [is, equals, above, below].filter((test) => test !== undefined).length === 1,
    "must have exactly one of is, equals, above, below",
  );
/** A question about what is known: `{ path: found.movies, is: empty }`. */
export type Condition = z.output<typeof condition>;

const asked = {
  ask: template.optional(),
  /** Said where an answer does not fit; the built-in words say what is expected. */
  wrong: template.optional(),
  suggestions: z.array(template).max(5).default([]),
  /** Where it may be known from already, such as memory.name. */
  known: path.optional(),
};

const slot = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("text"),
    ...asked,
    min: z.int().min(1).default(1),
    max: z.int().min(1).default(1_000),
  }),
  /** The words of the opening message that say what is looked for; asked for like a text. */
  z.strictObject({ type: z.literal("keywords"), ...asked, ignore: z.array(z.string()).default([]) }),
  z.strictObject({ type: z.literal("name"), ...asked }),
  z.strictObject({ type: z.literal("phone"), ...asked }),
  z.strictObject({ type: z.literal("email"), ...asked }),
  /** An order's or booking's code; `pattern` narrows what counts as one. */
  z.strictObject({ type: z.literal("code"), ...asked, pattern: z.string().optional() }),
  z.strictObject({
    type: z.literal("number"),
    ...asked,
    min: z.number().default(1),
    max: z.number().default(1_000_000),
    /** Words beside the number ("people"): with them it is heard without being asked for. */
    near: z.array(z.string()).default([]),
  }),
  z.strictObject({
    type: z.literal("date"),
    ...asked,
    default: z.literal("today").optional(),
    past: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal("time"), ...asked }),
  z.strictObject({
    type: z.literal("choice"),
    ...asked,
    values: z.record(z.string().min(1), z.array(z.string())),
  }),
  /** One entry of a list that a tool gave: by number, name or time. */
  z.strictObject({
    type: z.literal("item"),
    ...asked,
    from: listPath,
    where: condition.optional(),
    /** Stands above the whole list; `count` is how many there are. */
    intro: template.optional(),
    line: template,
    match: z.array(path).min(1),
    price: path.optional(),
    time: path.optional(),
  }),
  /** Several entries of such a list, by their labels. */
  z.strictObject({
    type: z.literal("items"),
    ...asked,
    from: listPath,
    where: condition.optional(),
    label: path,
    count: path.optional(),
  }),
]);
/** Something a flow needs to know, and how it is asked for. */
export type Slot = z.output<typeof slot>;

/** What a tool is called with: templates, in whatever shape its schema wants. */
type Arguments = Template | number | boolean | readonly Arguments[] | { readonly [key: string]: Arguments };
const argument: z.ZodType<Arguments> = z.lazy(() =>
  z.union([template, z.number(), z.boolean(), z.array(argument), z.record(z.string(), argument)]),
);
const call = z.strictObject({
  tool: name,
  with: z.record(z.string(), argument).default({}),
  /** Where the result is kept. */
  save: name,
  /** Asked before it runs; a tool that writes must have it. */
  confirm: template.optional(),
  /** What counts as a yes besides the usual words: in a cancellation "cancel it" does. */
  yes: z.array(z.string()).default([]),
  /** Where to go when the tool refuses; its words are in `problem`. */
  failed: name.optional(),
});

const handOver = z.strictObject({
  say: template.optional(),
  reason: z.string().min(1),
  queue: name.default(defaultQueue),
});

const step = z
  .strictObject({
    id: name.optional(),
    when: condition.optional(),
    ask: name.optional(),
    call: call.optional(),
    say: template.optional(),
    suggestions: z.array(template).max(5).default([]),
    forget: z.array(name).optional(),
    goto: name.optional(),
    handOver: handOver.optional(),
    end: z.literal(true).optional(),
  })
  .refine(
    ({ ask, call: called, say, forget, goto, handOver: over, end }) =>
      [ask, called, say, forget, goto, over, end].filter((each) => each !== undefined).length === 1,
    "must do exactly one thing: ask, call, say, forget, goto, handOver or end",
  );
/** One step of a flow; `when` skips it where it does not hold. */
export type Step = z.output<typeof step>;

const flow = z.strictObject({
  name,
  /** What it is about, as in "Back to your movie booking." */
  title: z.string("must be what the flow is about, as in: your movie booking").min(1),
  intents: z.array(z.string()).default([]),
  /** A message that has these words starts it, whatever else it may mean. */
  phrases: z.array(z.string().min(2)).default([]),
  /** Begins by itself after so many answered messages, where nothing else is going on; and is dropped, never insisted on. */
  after: z.int().min(1).optional(),
  /** Not where this is known already. */
  unless: path.optional(),
  slots: z.record(name, slot).default({}),
  steps: z.array(step).min(1, "must have a step"),
  /** Kept for the flows that follow, under `memory`. */
  remember: z.record(name, template).default({}),
});
/** A dialogue that collects what is needed, asks for a yes and calls tools. */
export type Flow = z.output<typeof flow>;

/** `config/flows/<tenant>.yaml`. */
export const flowFile = z.strictObject({
  flows: z
    .array(flow)
    .max(100)
    .refine((all) => new Set(all.map((each) => each.name)).size === all.length, "must name each flow once"),
});
