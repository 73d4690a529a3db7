import { modelNotFound } from "./api-error.ts";

/** A model this API offers. Sizes are tokens. */
export interface ModelCard {
  readonly id: string;
  readonly kind: "chat" | "embedding" | "moderation";
  readonly contextTokens: number;
  /** Reasoning models refuse `max_tokens` and any temperature but 1. */
  readonly reasoning?: boolean;
  /** Length of an embedding when the caller asks for none. */
  readonly dimensions?: number;
}

/** What `GET /v1/models` lists when nothing else is configured. */
export const defaultModels: readonly ModelCard[] = [
  { id: "gpt-5", kind: "chat", contextTokens: 400_000, reasoning: true },
  { id: "gpt-5-mini", kind: "chat", contextTokens: 400_000, reasoning: true },
  { id: "gpt-5-nano", kind: "chat", contextTokens: 400_000, reasoning: true },
  { id: "gpt-4.1", kind: "chat", contextTokens: 1_047_576 },
  { id: "gpt-4.1-mini", kind: "chat", contextTokens: 1_047_576 },
  { id: "gpt-4.1-nano", kind: "chat", contextTokens: 1_047_576 },
  { id: "gpt-4o", kind: "chat", contextTokens: 128_000 },
  { id: "gpt-4o-mini", kind: "chat", contextTokens: 128_000 },
  { id: "gpt-3.5-turbo", kind: "chat", contextTokens: 16_385 },
  { id: "claude-haiku-4-5", kind: "chat", contextTokens: 200_000 },
  { id: "claude-sonnet-4-5", kind: "chat", contextTokens: 200_000 },
  { id: "claude-3-haiku-20240307", kind: "chat", contextTokens: 200_000 },
  { id: "text-embedding-3-small", kind: "embedding", contextTokens: 8_192, dimensions: 1_536 },
  { id: "text-embedding-3-large", kind: "embedding", contextTokens: 8_192, dimensions: 3_072 },
  { id: "text-embedding-ada-002", kind: "embedding", contextTokens: 8_192, dimensions: 1_536 },
  { id: "omni-moderation-latest", kind: "moderation", contextTokens: 32_768 },
  { id: "text-moderation-latest", kind: "moderation", contextTokens: 32_768 },
];

/** The card of a model, or the platform's 404 when it is unknown or of another kind. */
export function findModel(models: readonly ModelCard[], id: string, kind: ModelCard["kind"]): ModelCard {
  const card = models.find((candidate) => candidate.id === id && candidate.kind === kind);
  if (card === undefined) throw modelNotFound(id);
  return card;
}

/** The body of `GET /v1/models`. */
export function toModelList(models: readonly ModelCard[]): object {
  return { object: "list", data: models.map(toModel) };
}

/** The body of Anthropic's `GET /v1/models`. */
export function toAnthropicModelList(models: readonly ModelCard[]): object {
  const data = models
    .filter(({ kind }) => kind === "chat")
    .map(({ id }) => ({ type: "model", id, display_name: id, created_at: "2025-02-19T00:00:00Z" }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

/** The body of `GET /v1/models/{id}`. */
export function toModel(card: ModelCard): object {
  return { id: card.id, object: "model", created: 1_715_367_049, owned_by: "system" };
}
