import { createHash } from "node:crypto";
import type { AgentRequest } from "../core/agent.ts";
import type { TenantId } from "../core/ids.ts";
import type { Role } from "../core/tool.ts";
import { createSystemPrompts, type AgentPrompts, type SystemPrompts } from "./system-prompt.ts";

/** Another prompt, or other models, that some conversations try before all of them do. */
export interface Candidate {
  /** Names it in metrics and in what is recorded of each turn. */
  readonly name: string;
  /** Of a hundred conversations. */
  readonly percent: number;
  /** What the agent is told instead; without it the prompt stays. */
  readonly prompt?: string | undefined;
  /** Tried by these alone, instead of their own persona, too; by all when left out. */
  readonly companies?: ReadonlySet<TenantId> | undefined;
}
export type Candidates = Readonly<Partial<Record<Role, Candidate>>>;

/** What one conversation's agent is made of. */
export interface Edition {
  /** `stable`, or the candidate's name; undefined where there is no candidate to be told from. */
  readonly name: string | undefined;
  readonly isCandidate: boolean;
  readonly prompts: SystemPrompts;
}

/** The edition in which a role answers in a conversation: the same for all of its turns, in all processes. */
export type EditionOf = (
  role: Role,
  context: Pick<AgentRequest["context"], "tenantId" | "conversationId">,
) => Edition;

/** Without candidates this is a look into an empty object. */
export function createEditions(given: AgentPrompts | undefined, candidates: Candidates): EditionOf {
  const prompts = createSystemPrompts(given);
  const usual: Edition = { name: undefined, isCandidate: false, prompts };
  const stable: Edition = { ...usual, name: "stable" };
  const tried = new Map(
    Object.entries(candidates).map(([role, candidate]) => [
      candidate,
      {
        name: candidate.name,
        isCandidate: true,
        prompts: toPrompts(role as Role, candidate, { given, prompts }),
      },
    ]),
  );
  return (role, { tenantId, conversationId }) => {
    const candidate = candidates[role];
    if (candidate === undefined) return usual;
    const isMeant = candidate.companies?.has(tenantId) ?? true;
    if (!isMeant || !isPicked(candidate, conversationId)) return stable;
    return tried.get(candidate) ?? stable;
  };
}

/** Sticky by conversation; a candidate of another name picks others. A larger share keeps those it had. */
function isPicked({ name, percent }: Candidate, conversationId: string): boolean {
  const digest = createHash("sha256").update(`${name} ${conversationId}`).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100 < percent;
}

const none: AgentPrompts = { customer: "", staff: "", admin: "", analytics: "" };

/** Its words, under a version that names it: what was answered with it is told apart, also where the words are the same. */
function toPrompts(
  role: Role,
  { name, prompt, companies }: Candidate,
  { given = none, prompts }: { readonly given: AgentPrompts | undefined; readonly prompts: SystemPrompts },
): SystemPrompts {
  const own = prompt === undefined ? prompts : createSystemPrompts({ ...given, [role]: prompt });
  const isInstead = prompt !== undefined && companies !== undefined;
  const personaOf = (persona: string) => (isInstead ? "" : persona);
  return {
    write: (request) => own.write({ ...request, persona: personaOf(request.persona) }),
    wordsOf: (asked, persona) => own.wordsOf(asked, personaOf(persona)),
    versionOf: (asked, persona) => `${own.versionOf(asked, personaOf(persona))}@${name}`,
  };
}
