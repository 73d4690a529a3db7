/** Turns texts into vectors of one length. A model of another name makes other vectors: what is stored must be made anew. */
export interface Embedder {
  /** Names the model and its version; stored with what it made. */
  readonly model: string;
  readonly dimensions: number;
  /** One unit vector for each text, in their order; all zeros for a text it knows nothing of. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}
