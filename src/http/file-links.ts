import type { FastifyInstance } from "fastify";
import type { OpenTicket } from "../core/channel.ts";
import { toDownloadHeaders } from "./download.ts";

/**
 * `GET /files/{ticket}`: a file of an answer for whoever has its link, for saving and never for showing. A link that
 * is forged or over and one whose file is gone look alike.
 */
export function addFileLinks(app: FastifyInstance, open: OpenTicket): void {
  app.get<{ Params: { ticket: string } }>("/files/:ticket", async ({ params, id }, reply) => {
    const file = await open(params.ticket);
    if (file === undefined)
      return reply
        .code(404)
        .header("cache-control", "no-store")
        .send({ error: "this file is not here any more", correlationId: id });
    return reply
      .headers(toDownloadHeaders(file, { inline: false }))
      .header("referrer-policy", "no-referrer")
      .header("x-robots-tag", "noindex")
      .send(file.content);
  });
}
