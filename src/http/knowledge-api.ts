import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { TenantId } from "../core/ids.ts";
import type { Gap, Gaps } from "../knowledge/gaps/gaps.ts";
import type { Ingest } from "../knowledge/ingest/ingest.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import { parseAudience } from "../knowledge/readers.ts";
import type { ToldSource } from "../knowledge/sources/tell-sources.ts";
import type { FastState } from "../store/fast-state.ts";

/** What the API manages documents with. */
export interface KnowledgeApiParts {
  /** Who shows it may do everything here. */
  readonly apiKey: string;
  /** A company by the name of its file; undefined for none. */
  readonly companyOf: (slug: string) => TenantId | undefined;
  readonly open: () => Promise<{
    readonly knowledge: Knowledge;
    readonly ingest: Ingest;
    readonly gaps: Gaps;
  }>;
  readonly sourcesOf: (tenantId: TenantId) => Promise<readonly ToldSource[]>;
  readonly fast: Pick<FastState, "take">;
}

const mostBytes = 50 * 1024 * 1024;
const wrongKeys = { capacity: 10, refillPerMinute: 10 };
const base = "/api/v1/companies/:company/knowledge";
const group = z
  .string()
  .refine((text) => parseAudience(text) !== undefined, "public, colleagues, role:staff or room:slack:T1:C1");
const groups = z.array(group).min(1).max(20);
const upload = z.object({
  name: z.string().min(1).max(300),
  audience: z
    .string()
    .default("public")
    .transform((text) => text.split(",").map((one) => one.trim()))
    .pipe(groups),
  url: z.url({ protocol: /^https?$/ }).optional(),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
});
const approval = z.object({
  question: z.string().trim().min(2).max(500),
  answer: z.string().trim().min(2).max(20_000),
  audience: groups.default(["public"]),
});
const restriction = z.object({ audience: groups });

/**
 * A company's documents over HTTP, for whoever has the key: list, upload, restrict, remove, and how far its sources have
 * come. Wrong keys are counted by address.
 */
export function addKnowledgeApi(app: FastifyInstance, parts: KnowledgeApiParts): void {
  const { companyOf, open, sourcesOf } = parts;
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: mostBytes }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook("onRequest", (request, reply) => guard(request, reply, parts));

  app.get(`${base}/documents`, async (request, reply) => {
    const tenantId = companyOf(paramOf(request, "company"));
    if (tenantId === undefined) return refuse(reply, 404, "there is no such company");
    const { knowledge } = await open();
    return (await knowledge.list(tenantId)).map(
      ({ id, source, name, title, url, audience, chunks, problem, indexedHash, updatedAt }) => ({
        id,
        source,
        name,
        title,
        url,
        audience,
        chunks,
        problem,
        findable: indexedHash !== undefined && problem === undefined,
        updatedAt: updatedAt.toISOString(),
      }),
    );
  });

  app.post(`${base}/documents`, { bodyLimit: mostBytes }, async (request, reply) => {
    const tenantId = companyOf(paramOf(request, "company"));
    if (tenantId === undefined) return refuse(reply, 404, "there is no such company");
    const asked = upload.safeParse(request.query);
    if (!asked.success) return refuse(reply, 400, z.prettifyError(asked.error));
    const bytes = toBytes(request.body);
    const { name, audience, url, language } = asked.data;
    const { ingest } = await open();
    const document = { source: "upload", name, url, language, bytes, audience: toAudiences(audience) };
    const outcome = await ingest.document(tenantId, document);
    const status = { added: 201, unchanged: 200, failed: 422 }[outcome.kind];
    return reply.code(status).send({ outcome: outcome.kind, problem: problemOf(outcome) });
  });

  app.patch(`${base}/documents/:id`, async (request, reply) => {
    const tenantId = companyOf(paramOf(request, "company"));
    const id = z.uuid().safeParse(paramOf(request, "id"));
    if (tenantId === undefined || !id.success) return refuse(reply, 404, "there is no such document");
    const asked = restriction.safeParse(request.body);
    if (!asked.success) return refuse(reply, 400, z.prettifyError(asked.error));
    const { knowledge } = await open();
    const times = await knowledge.restrict(tenantId, [id.data], toAudiences(asked.data.audience));
    return times === 0 ? refuse(reply, 404, "there is no such document") : { restricted: times };
  });

  app.delete(`${base}/documents/:id`, async (request, reply) => {
    const tenantId = companyOf(paramOf(request, "company"));
    const id = z.uuid().safeParse(paramOf(request, "id"));
    if (tenantId === undefined || !id.success) return refuse(reply, 404, "there is no such document");
    const { knowledge } = await open();
    const times = await knowledge.remove(tenantId, [id.data]);
    return times === 0 ? refuse(reply, 404, "there is no such document") : { removed: times };
  });

  app.get(`${base}/sources`, async (request, reply) => {
    const tenantId = companyOf(paramOf(request, "company"));
    if (tenantId === undefined) return refuse(reply, 404, "there is no such company");
    return sourcesOf(tenantId);
  });

  app.get(`${base}/gaps`, async (request, reply) => {
    const tenantId = companyOf(paramOf(request, "company"));
    if (tenantId === undefined) return refuse(reply, 404, "there is no such company");
    const { gaps } = await open();
    return (await gaps.list(tenantId)).map(tellGap);
  });

  app.post(`${base}/gaps/:id/answer`, async (request, reply) => {
    const tenantId = companyOf(paramOf(request, "company"));
    if (tenantId === undefined) return refuse(reply, 404, "there is no such company");
    const asked = approval.safeParse(request.body);
    if (!asked.success) return refuse(reply, 400, z.prettifyError(asked.error));
    const { gaps } = await open();
    const { question, answer, audience } = asked.data;
    const id = paramOf(request, "id");
    const approved = { question, answer, audience: toAudiences(audience) };
    const gap = await gaps.approve(tenantId, id, approved);
    return gap === undefined ? refuse(reply, 404, "there is no such gap") : tellGap(gap);
  });
}

function tellGap({ id, question, questions, humanMinutes, weight, draft, closed }: Gap) {
  const asked = questions.map(({ question: text, reason, askedAt, closedAt }) => ({
    question: text,
    reason,
    askedAt: askedAt.toISOString(),
    answeredNow: closedAt !== undefined,
  }));
  return { id, question, times: questions.length, humanMinutes, weight, draft, closed, questions: asked };
}

/** Hashed first: keys of any length are compared in the same time. */
function isKey(given: string, apiKey: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(apiKey));
}

async function guard(
  request: FastifyRequest,
  reply: FastifyReply,
  { apiKey, fast }: KnowledgeApiParts,
): Promise<FastifyReply | undefined> {
  reply.header("cache-control", "no-store");
  const given = /^Bearer (\S{1,500})$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  if (isKey(given, apiKey)) return undefined;
  const { allowed } = await fast.take(`knowledge-api:${request.ip}`, wrongKeys);
  return allowed
    ? refuse(reply.header("www-authenticate", "Bearer"), 401, "the key is missing or wrong")
    : refuse(reply, 429, "too many wrong keys");
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error, correlationId: reply.request.id });
}

function paramOf({ params }: FastifyRequest, name: "company" | "id"): string {
  return z.record(z.string(), z.string()).parse(params)[name] ?? "";
}

/** JSON and plain text are parsed before they come here; as documents they are what was sent. */
function toBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === "string" ? body : "");
}

function toAudiences(names: readonly string[]) {
  return names.map(parseAudience).filter((audience) => audience !== undefined);
}

function problemOf(outcome: { readonly kind: string; readonly problem?: string }): string | undefined {
  return outcome.problem;
}
