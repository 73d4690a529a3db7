import type { AgentAnswer } from "../core/agent.ts";

/** How the thinking ended; the text is in `spoken`. */
export type Thought =
  | { readonly kind: "thought"; readonly model: string; readonly heldBack?: number | undefined }
  | Pick<Extract<AgentAnswer, { kind: "failed" }>, "kind" | "reason" | "detail">;
