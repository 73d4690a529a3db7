import type { ModelSettings } from "./agent-settings.ts";

/** Where OpenAI itself answers. */
export const openAiBaseURL = "https://api.openai.com/v1";
const anthropicBaseURL = "https://api.anthropic.com";
const anthropicVersion = "2023-06-01";

/** Reasoning models refuse every temperature but their own. */
export function fixesTemperature(model: string): boolean {
  return /^(?:o\d|gpt-5|claude-(?:opus-4-[78]|opus-5|sonnet-5|fable|mythos))/.test(model);
}

/** What is the same for all models behind one address and key: reachable or not, they are it together. */
export function endpointKey({ provider, baseURL = "", apiKey }: ModelSettings): string {
  return `${provider} ${baseURL} ${apiKey}`;
}

/** The request that lists an endpoint's models: quick, free, and refused where the key is wrong. */
export function toModelListRequest(settings: ModelSettings): {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const { provider, apiKey, apiVersion } = settings;
  switch (provider) {
    case "openai":
      return {
        url: `${base(settings.baseURL ?? openAiBaseURL)}/models`,
        headers: { authorization: `Bearer ${apiKey}` },
      };
    case "azure": {
      const path = apiVersion === undefined ? "v1/models" : `models?api-version=${apiVersion}`;
      return { url: `${base(settings.baseURL ?? "")}/openai/${path}`, headers: { "api-key": apiKey } };
    }
    case "anthropic":
      return {
        url: `${base(settings.baseURL ?? anthropicBaseURL)}/v1/models`,
        headers: { "x-api-key": apiKey, "anthropic-version": anthropicVersion },
      };
    default:
      throw new Error(`unknown provider: ${provider satisfies never}`);
  }
}

function base(url: string): string {
  return url.replace(/\/+$/, "");
}
