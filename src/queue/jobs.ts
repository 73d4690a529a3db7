import { z } from "zod";
import { isId, type ConversationId, type TenantId } from "../core/ids.ts";

const tenantId = z.custom<TenantId>(isId, "expected an id");
const conversationId = z.custom<ConversationId>(isId, "expected an id");
const callId = z.custom<string>(isId, "expected an id");

/**
 * What may travel through the queue: a version, ids, names of work. Never a person's words, which would then live
 * in a store that is neither encrypted nor erased with the tenant.
 */
export const jobs = {
  /** Something of this conversation wants an answer. */
  turn: z.strictObject({ v: z.literal(1), tenantId, conversationId }),
  /** Something of this conversation wants to be sent. */
  delivery: z.strictObject({ v: z.literal(1), tenantId, conversationId }),
  /** A call that goes on after its turn is to be run. */
  call: z.strictObject({ v: z.literal(1), tenantId, callId }),
  /** Look for what nobody rang for. */
  sweep: z.strictObject({ v: z.literal(1) }),
  /** Work that is never urgent, by name. */
  maintenance: z.strictObject({ v: z.literal(1), task: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/) }),
} as const;

export type JobName = keyof typeof jobs;

/** The ids a job of this name carries. */
export type JobIds<Name extends JobName> = z.infer<(typeof jobs)[Name]>;

// Lower is sooner. People wait for turns and deliveries; 0 is the fast lane without a sorted set.
/** BullMQ's priority of each job. */
export const jobPriorities: Readonly<Record<JobName, number>> = {
  turn: 0,
  delivery: 0,
  call: 5,
  sweep: 10,
  maintenance: 100,
};

/** True for a name this version of Baton knows; another one may have rung during a rolling upgrade. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}
