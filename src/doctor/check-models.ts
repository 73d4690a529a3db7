import type { AiSettings } from "../settings.ts";
import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

const check = "models";

/** Asks the model API for its models with the key that is set, and looks for the ones the agents use. */
export async function checkModels({ enabled, endpoint, models }: AiSettings): Promise<Finding> {
  if (!enabled) return ok(check, "off: people answer (ENABLE_AI_CHATBOT=false)");
  if (endpoint === undefined) {
    return warning(
      check,
      "no model is set up: the bot can only offer a person",
      "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local model",
    );
  }
  const base = endpoint.baseURL ?? "https://api.openai.com/v1";
  try {
    const response = await fetch(`${base.replace(/\/+$/, "")}/models`, {
      headers: { authorization: `Bearer ${endpoint.apiKey}` },
      signal: AbortSignal.timeout(5_000),
    });
    return await judge(response, new URL(base).host, [...new Set(Object.values(models))]);
  } catch (error) {
    const { host } = new URL(base);
    return failure(
      check,
      `${host} cannot be reached (${reasonOf(error)})`,
      "Correct OPENAI_BASE_URL, or let this machine reach it",
    );
  }
}

async function judge(response: Response, host: string, wanted: readonly string[]): Promise<Finding> {
  if (response.status === 401 || response.status === 403) {
    await response.body?.cancel();
    return failure(
      check,
      `${host} refused the key (${response.status})`,
      "Set OPENAI_API_KEY to a key that is valid there",
    );
  }
  if (!response.ok) {
    await response.body?.cancel();
    // A compatible server need not list its models.
    return warning(
      check,
      `${host} answers, but does not list its models (${response.status})`,
      "Nothing, if answers arrive",
    );
  }
  const offered = listModels(await response.json().catch(() => undefined));
  const missing = offered.length === 0 ? [] : wanted.filter((model) => !offered.includes(model));
  if (missing.length === 0) return ok(check, `${host} answers and offers ${wanted.join(", ")}`);
  return warning(
    check,
    `${host} does not list ${missing.join(", ")}`,
    "Correct OPENAI_MODEL and the *_AGENT_MODEL names",
  );
}

function listModels(body: unknown): string[] {
  const data: unknown = typeof body === "object" && body !== null && "data" in body ? body.data : undefined;
  if (!Array.isArray(data)) return [];
  return data.flatMap((model: unknown) =>
    typeof model === "object" && model !== null && "id" in model && typeof model.id === "string"
      ? [model.id]
      : [],
  );
}
