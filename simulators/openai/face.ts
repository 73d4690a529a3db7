import type { IncomingHttpHeaders } from "node:http";

/** Whose protocol a request speaks. */
export type Face = "openai" | "azure" | "anthropic";

/** The doors of the API, as requests are counted under them. */
export type Endpoint = "chat" | "embeddings" | "moderations" | "models" | "unknown";

/** Where a request goes. */
export interface Door {
  readonly face: Face;
  readonly endpoint: Endpoint;
  /** Azure's deployment, which stands in the path and decides the model. */
  readonly deployment?: string;
}

const openAiDoors: Readonly<Record<string, Endpoint>> = {
  "POST /chat/completions": "chat",
  "POST /embeddings": "embeddings",
  "POST /moderations": "moderations",
  "GET /models": "models",
};

/**
 * Reads the protocol from path and headers: `/v1/messages` is Anthropic's, `/openai/…` Azure's in both its ways
 * (a deployment in the path with `api-version`, or `/openai/v1`), the rest OpenAI's.
 */
export function toDoor(method: string, path: string, headers: IncomingHttpHeaders): Door {
  if (`${method} ${path}` === "POST /v1/messages") return { face: "anthropic", endpoint: "chat" };
  if (headers["anthropic-version"] !== undefined && /^\/v1\/models(\/|$)/.test(path)) {
    return { face: "anthropic", endpoint: "models" };
  }
  const deployed = /^\/openai\/deployments\/([^/]+)(\/.*)$/.exec(path);
  if (deployed !== null) {
    const deployment = decodeURIComponent(deployed[1] ?? "");
    return { face: "azure", endpoint: toEndpoint(method, deployed[2] ?? ""), deployment };
  }
  if (path === "/openai/models") return { face: "azure", endpoint: "models" };
  const azure = /^\/openai\/v1(\/.*)$/.exec(path);
  if (azure !== null) return { face: "azure", endpoint: toEndpoint(method, azure[1] ?? "") };
  return { face: "openai", endpoint: toEndpoint(method, path.replace(/^\/v1(?=\/)/, "")) };
}

function toEndpoint(method: string, path: string): Endpoint {
  return openAiDoors[`${method} ${path}`] ?? (/^\/models\/[^/]+$/.test(path) ? "models" : "unknown");
}

/** The key a request carries, in the header its protocol names. */
export function readKey(headers: IncomingHttpHeaders, face: Face): string {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
  switch (face) {
    case "openai":
      return bearer;
    case "azure":
      return first(headers["api-key"]) ?? bearer;
    case "anthropic":
      return first(headers["x-api-key"]) ?? bearer;
    default:
      throw new Error(`unknown face: ${String(face satisfies never)}`);
  }
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
