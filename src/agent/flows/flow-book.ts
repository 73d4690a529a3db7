import { createHash } from "node:crypto";
import type { Understanding } from "../../core/understanding.ts";
import type { Flow } from "./flow-file.ts";

/** A company's flows, to be looked up. */
export interface FlowBook {
  readonly flows: readonly Flow[];
  find(name: string): Flow | undefined;
  /** Another one whenever the flow was edited; empty for a flow that is gone. */
  versionOf(name: string): string;
  /** Does it begin by itself? Then nobody insists on it. */
  isOffer(name: string): boolean;
}

/** Made once for all conversations. */
export function createFlowBook(flows: readonly Flow[]): FlowBook {
  const byName = new Map(flows.map((flow) => [flow.name, { flow, version: hashOf(flow) }]));
  return {
    flows,
    find: (name) => byName.get(name)?.flow,
    versionOf: (name) => byName.get(name)?.version ?? "",
    isOffer: (name) => byName.get(name)?.flow.after !== undefined,
  };
}

/** A flow that a message may begin. */
export interface FlowGuess {
  readonly flow: Flow;
  readonly confidence: number;
  readonly byPhrase: boolean;
}

/** The flow whose phrase is said, else the one for the message's intent, with the intent's confidence. */
export function findFlow(
  { text, understood }: { readonly text: string; readonly understood: Understanding },
  { flows }: FlowBook,
): FlowGuess | undefined {
  const said = tidy(text);
  const phrased = flows
    .flatMap((flow) => flow.phrases.map((phrase) => ({ flow, phrase: tidy(phrase) })))
    .filter(({ phrase }) => said.includes(phrase))
    .toSorted((a, b) => b.phrase.length - a.phrase.length)[0];
  if (phrased !== undefined) return { flow: phrased.flow, confidence: 1, byPhrase: true };
  const { intent, confidence } = understood;
  const meant = intent === undefined ? undefined : flows.find(({ intents }) => intents.includes(intent));
  return meant === undefined ? undefined : { flow: meant, confidence, byPhrase: false };
}

/** Words apart by single spaces, with one around, so that a phrase is found as whole words. */
function tidy(text: string): string {
  const words = text
    .slice(0, 500)
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("’", "'")
    .match(/[\p{L}\p{M}\p{N}']+/gu);
  return ` ${(words ?? []).join(" ")} `;
}

function hashOf(flow: Flow): string {
  return createHash("sha256").update(JSON.stringify(flow)).digest("base64url").slice(0, 16);
}
