import { z } from "zod";
import type { AgentRequest } from "../core/agent.ts";
import type { Role } from "../core/tool.ts";
import type { ToolDefinition } from "./prompt-message.ts";

/** Which agents each agent may ask for help. */
export type Delegates = Readonly<Partial<Record<Role, readonly Role[]>>>;

/** What a model calls to ask another agent. */
export const handToAgent = "hand_to_agent";

/** An agent that was asked may ask another one, and that one nobody. */
const mostHands = 2;

/** Whom this agent may ask: who is configured, nobody twice in one chain, and nobody once the chain is long. */
export function decideDelegates(delegates: Delegates, chain: readonly Role[]): readonly Role[] {
  const role = chain.at(-1);
  if (role === undefined || chain.length > mostHands) return [];
  return (delegates[role] ?? []).filter((other) => !chain.includes(other));
}

/**
 * The role in which another agent uses tools: its own where the caller was verified to have it, else the one the work
 * came in. It may use what is open to its own role and to this one, so whoever is asked can do no more than the caller.
 */
export function decideActingRole(delegate: Role, from: Role, verified: readonly Role[]): Role {
  return delegate === "customer" || verified.includes(delegate) ? delegate : from;
}

/** The call as it is told to a model. */
export function toDelegationDefinition(delegates: readonly Role[]): ToolDefinition {
  return {
    type: "function",
    function: {
      name: handToAgent,
      description:
        "Asks another assistant of the company to do a part of the work, with its own tools. It sees nothing of this conversation: write down everything it needs. It answers you, not the person.",
      parameters: {
        type: "object",
        properties: {
          agent: { type: "string", enum: [...delegates], description: "Who is asked." },
          task: { type: "string", description: "What it is to do or to find out, complete in itself." },
        },
        required: ["agent", "task"],
        additionalProperties: false,
      },
    },
  };
}

const call = z.strictObject({ agent: z.string(), task: z.string().trim().min(1).max(8_000) });

/** What a model asks of another agent, or what is wrong with it in words for the model. */
export function parseDelegation(
  text: string,
  delegates: readonly Role[],
):
  | { readonly ok: true; readonly agent: Role; readonly task: string }
  | { readonly ok: false; readonly problem: string } {
  try {
    const { agent, task } = call.parse(JSON.parse(text));
    const found = delegates.find((one) => one === agent);
    if (found !== undefined) return { ok: true, agent: found, task };
    return { ok: false, problem: `There is no such agent here. Ask one of: ${delegates.join(", ")}.` };
  } catch {
    return { ok: false, problem: `The arguments of ${handToAgent} are an agent and a task, both as text.` };
  }
}

/** What the other agent is asked: the task alone, with the caller's identity and no more of the conversation. */
export function toDelegatedRequest(request: AgentRequest, acting: Role, task: string): AgentRequest {
  const { summary: _summary, profile: _profile, done: _done, unsummarized: _seen, ...rest } = request;
  return {
    ...rest,
    context: { ...request.context, role: acting },
    summary: undefined,
    history: [],
    questions: [{ role: "user", text: task }],
    onText: () => {},
  };
}
