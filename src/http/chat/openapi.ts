import type { Endpoint } from "./endpoint.ts";

/** The OpenAPI 3.1 document of these endpoints. */
export function toOpenApi(endpoints: readonly Endpoint[], version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, operation } of endpoints) (paths[path] ??= {})[method.toLowerCase()] = operation;
  return {
    openapi: "3.1.0",
    info: {
      title: "Baton chat",
      version,
      description:
        "Talk to a support bot from any client. Begin with POST /support/chat/session; send its token as " +
        "`Authorization: Bearer`. Live events also come over the WebSocket at /ws/chat/{thread_id}.",
    },
    components: {
      securitySchemes: { session: { type: "http", scheme: "bearer", description: "A session's token." } },
    },
    security: [{ session: [] }],
    paths,
  };
}
