import type { FastifyInstance, FastifyReply } from "fastify";
import type { TenantId } from "../core/ids.ts";
import { isSignedWebhook } from "../handoff/outside/signed-webhook.ts";
import type { TicketWords } from "../handoff/outside/ticket-words.ts";
import type { FastState } from "../store/fast-state.ts";

/** Where ticket systems tell what became of a conversation there. */
export interface TicketDoorParts {
  /** A company by the name of its file, with the secrets of its webhooks; undefined for none. */
  readonly companyOf: (
    slug: string,
  ) => { readonly tenantId: TenantId; readonly secrets: readonly string[] } | undefined;
  readonly words: TicketWords;
  readonly fast: Pick<FastState, "take">;
}

const mostBytes = 16 * 1024;
const wrongSignatures = { capacity: 20, refillPerMinute: 20 };

/**
 * Takes a company's ticket system in, signed as our own webhooks are, with the secret of one of them. Whoever signs for no
 * company, or wrongly, learns nothing; such tries are counted by address.
 */
export function addTicketDoor(app: FastifyInstance, { companyOf, words, fast }: TicketDoorParts): void {
  app.removeAllContentTypeParsers(); // a signature is over the bytes, JSON or not
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: mostBytes }, (_request, body, done) =>
    done(null, body),
  );
  app.post<{ Params: { company: string } }>(
    "/api/v1/companies/:company/tickets",
    { bodyLimit: mostBytes },
    async (request, reply) => {
      const company = companyOf(request.params.company);
      const body = typeof request.body === "string" ? request.body : "";
      const signed = { headers: request.headers, body, now: new Date() };
      if (company === undefined || !company.secrets.some((secret) => isSignedWebhook(secret, signed)))
        return turnAway(reply, fast, request.ip);
      const outcome = await words.take(company.tenantId, String(request.headers["webhook-id"]), body);
      if (outcome.kind === "refused") return reply.code(outcome.status).send({ error: outcome.problem });
      return reply.send({ result: outcome.kind });
    },
  );
}

async function turnAway(
  reply: FastifyReply,
  fast: Pick<FastState, "take">,
  ip: string,
): Promise<FastifyReply> {
  const { allowed } = await fast.take(`ticket-door:${ip}`, wrongSignatures);
  return allowed
    ? reply.code(401).send({ error: "the signature is missing, wrong or old" })
    : reply.code(429).send({ error: "too many wrong signatures" });
}
