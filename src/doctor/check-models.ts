import { modelSettings, type ModelSettings } from "../agent/agent-settings.ts";
import { endpointKey, toModelListRequest } from "../agent/model-endpoint.ts";
import type { AiSettings } from "../settings/ai-settings.ts";
import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

const check = "models";

/** Asks every model API that is set up for its models, with its key, and looks for the ones the agents use. */
export async function checkModels({ enabled, choices }: AiSettings): Promise<Finding[]> {
  if (!enabled) return [ok(check, "off: people answer (ENABLE_AI_CHATBOT=false)")];
  const { agents, candidates, fallbacks } = choices;
  const tried = Object.values(candidates).flatMap(({ models: own }) => own ?? []);
  const tiers = [...Object.values(agents), ...tried].flatMap(({ simple, complex }) => [
    ...complex,
    ...simple,
  ]);
  const models = [...tiers, ...fallbacks].map((choice) => modelSettings.parse(choice));
  if (models.length === 0) {
    return [
      warning(
        check,
        "no model is set up: written answers, flows and documents answer, people help with the rest",
        "Set OPENAI_API_KEY, AZURE_OPENAI_API_KEY or ANTHROPIC_API_KEY, or OPENAI_BASE_URL for a local model",
      ),
    ];
  }
  const endpoints = Map.groupBy(models, endpointKey);
  return Promise.all([...endpoints.values()].map(checkEndpoint));
}

const keyNames = { openai: "OPENAI_API_KEY", azure: "AZURE_OPENAI_API_KEY", anthropic: "ANTHROPIC_API_KEY" };
const addressNames = {
  openai: "OPENAI_BASE_URL",
  azure: "AZURE_OPENAI_ENDPOINT",
  anthropic: "ANTHROPIC_BASE_URL",
};

async function checkEndpoint(models: readonly ModelSettings[]): Promise<Finding> {
  const [model] = models;
  if (model === undefined) return ok(check, "none");
  const { url, headers } = toModelListRequest(model);
  const { host } = new URL(url);
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
    return await judge(response, model, [...new Set(models.map((one) => one.model))]);
  } catch (error) {
    return failure(
      check,
      `${host} cannot be reached (${reasonOf(error)})`,
      `Correct ${addressNames[model.provider]}, or let this machine reach it`,
    );
  }
}

async function judge(response: Response, model: ModelSettings, wanted: readonly string[]): Promise<Finding> {
  const { host } = new URL(toModelListRequest(model).url);
  if (response.status === 401 || response.status === 403) {
    await response.body?.cancel();
    return failure(
      check,
      `${host} refused the key (${response.status})`,
      `Set ${keyNames[model.provider]}, or what config/baton.yaml names as its key, to one that is valid there`,
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
  // Azure lists what could be deployed, not the deployments; Anthropic's short names are not listed.
  const isListed = (name: string) =>
    model.provider === "azure" || offered.some((one) => one === name || one.startsWith(`${name}-2`));
  const missing = offered.length === 0 ? [] : wanted.filter((name) => !isListed(name));
  if (missing.length === 0) return ok(check, `${host} answers and offers ${wanted.join(", ")}`);
  return warning(
    check,
    `${host} does not list ${missing.join(", ")}`,
    "Correct OPENAI_MODEL, the *_AGENT_MODEL names, or the tiers in config/baton.yaml",
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
