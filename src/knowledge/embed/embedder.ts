import type { TenantId } from "../../core/ids.ts";

/** Turns texts into vectors of one length. A model of another name makes other vectors: what is stored must be made anew. */
export interface Embedder {
  /** Names the model and its version; stored with what it made. */
  readonly model: string;
  readonly dimensions: number;
  /**
   * One unit vector for each text, in their order; all zeros for a text it knows nothing of. `payer` is the company
   * whose texts they are: what it costs is theirs.
   */
  embed(texts: readonly string[], signal?: AbortSignal, payer?: TenantId): Promise<Float32Array[]>;
}
