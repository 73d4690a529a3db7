/** Whose vectors documents are found by. */
export interface EmbeddingSettings {
  readonly model: string;
  readonly dimensions: number;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly callsPerMinute?: number | undefined;
}

/** The length of the vectors of models that need not say it. */
export const knownDimensions: Readonly<Record<string, number>> = {
  "text-embedding-3-small": 1_536,
  "text-embedding-3-large": 3_072,
  "text-embedding-ada-002": 1_536,
};

const openAi = "https://api.openai.com/v1";

/** What the environment says of them. */
interface EmbeddingNames {
  readonly KNOWLEDGE_EMBEDDINGS: string;
  readonly KNOWLEDGE_EMBEDDINGS_URL?: string | undefined;
  readonly KNOWLEDGE_DIMENSIONS?: number | undefined;
  readonly KNOWLEDGE_CALLS_PER_MINUTE?: number | undefined;
  readonly OPENAI_BASE_URL?: string | undefined;
  readonly OPENAI_API_KEY?: string | undefined;
}

/** What is missing, each with its remedy. */
export function findEmbeddingProblems(names: EmbeddingNames): readonly string[] {
  const { KNOWLEDGE_EMBEDDINGS: model, KNOWLEDGE_DIMENSIONS: given } = names;
  if (model === "offline") return [];
  const hasPlace = names.KNOWLEDGE_EMBEDDINGS_URL !== undefined || names.OPENAI_BASE_URL !== undefined;
  return [
    ...(given === undefined && knownDimensions[model] === undefined
      ? [`KNOWLEDGE_DIMENSIONS is missing: say how long the vectors of ${model} are`]
      : []),
    ...(!hasPlace && names.OPENAI_API_KEY === undefined
      ? [`OPENAI_API_KEY is missing: KNOWLEDGE_EMBEDDINGS=${model} needs it, or KNOWLEDGE_EMBEDDINGS_URL`]
      : []),
  ];
}

/** Undefined where Baton's own are used, which need no key. */
export function toEmbeddings(names: EmbeddingNames): EmbeddingSettings | undefined {
  const { KNOWLEDGE_EMBEDDINGS: model, KNOWLEDGE_DIMENSIONS: given } = names;
  if (model === "offline") return undefined;
  return {
    model,
    dimensions: given ?? knownDimensions[model] ?? 0,
    baseUrl: names.KNOWLEDGE_EMBEDDINGS_URL ?? names.OPENAI_BASE_URL ?? openAi,
    apiKey: names.OPENAI_API_KEY ?? "none",
    callsPerMinute: names.KNOWLEDGE_CALLS_PER_MINUTE,
  };
}
