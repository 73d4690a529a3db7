import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The worst model of vectors there can be: everything means the same. Counts what it was given. */
export interface Embeddings {
  /** With its version, as `KNOWLEDGE_EMBEDDINGS_URL` takes it. */
  readonly url: string;
  /** Every text it was ever given, in their order. */
  readonly texts: readonly string[];
  stop(): Promise<void>;
}

/** Tokens it says each text had. */
export const tokensEach = 1_000;

/** Answers `POST /v1/embeddings` with the same eight numbers for each text. */
export async function startEmbeddings(): Promise<Embeddings> {
  const texts: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[] };
    texts.push(...input);
    const data = input.map((_, index) => ({ index, embedding: [1, 0, 0, 0, 0, 0, 0, 0] }));
    const tokens = input.length * tokensEach;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data, usage: { prompt_tokens: tokens, total_tokens: tokens } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    texts,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
