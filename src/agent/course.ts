import type { AgentRequest } from "../core/agent.ts";
import type { Log } from "../core/log.ts";
import type { Role } from "../core/tool.ts";
import type { AgentSettings, ModelSettings } from "./agent-settings.ts";
import type { TurnCheck } from "./check/answer-checks.ts";
import type { CollectedCitations } from "./collect-citations.ts";
import type { ConversationPrompt } from "./conversation-prompt.ts";
import type { Delegates } from "./delegation.ts";
import type { ModelLadder } from "./model-ladder.ts";
import type { OwnWords } from "./own-words.ts";
import type { Prices } from "./prices.ts";
import type { Closeness } from "./memory.ts";
import type { MayCall, ToolOutcome } from "./run-tool.ts";
import type { Purse } from "./spend.ts";
import type { SpokenText } from "./spoken-text.ts";
import type { SystemPrompts } from "./system-prompt.ts";
import type { TextFeed } from "./text-feed.ts";
import type { ToolBelt } from "./tool-belt.ts";
import type { TurnClock } from "./turn-clock.ts";
import type { UsageMeter } from "./usage-meter.ts";

/** What makes one agent another than the next. */
export interface AgentOutfit {
  readonly ladder: ModelLadder;
  /** The ladder that begins with the cheap models. */
  readonly cheap: ModelLadder;
  readonly mayAsk: { readonly wanted: readonly ModelSettings[]; readonly cheap: readonly ModelSettings[] };
  readonly belt: ToolBelt;
  readonly prompts: Pick<SystemPrompts, "write">;
  /** Undefined where answers are not checked. */
  readonly check: TurnCheck | undefined;
}

/** What one turn's thinking works with. */
export interface Thinking extends AgentOutfit {
  readonly request: AgentRequest;
  readonly settings: AgentSettings;
  readonly purse: Purse | undefined;
  readonly closeness: Closeness | undefined;
  readonly prices: Prices;
  readonly clock: TurnClock;
  /** Where the text goes while it is written, and the answer that stands in the end. */
  readonly feed: TextFeed;
  readonly spoken: SpokenText;
  readonly usage: UsageMeter;
  readonly cited: CollectedCitations;
  /** All agents of the turn share it. */
  readonly ownWords: OwnWords;
  readonly mayCall: MayCall | undefined;
  readonly log: Log;
  /** The agents at work, the one that answers the person first. */
  readonly chain: readonly Role[];
  readonly delegates: Delegates;
  /** What the last agent of a chain works with, for this caller. */
  readonly outfitOf: (chain: readonly Role[], request: AgentRequest) => AgentOutfit;
}

/** What all agents of a turn share. */
interface Pace {
  /** Write calls that were made: the same one again has no second effect. */
  readonly written: Map<string, ToolOutcome>;
  /** Model calls so far. */
  iterations: number;
}

/** What an agent has thought so far; a second try goes on from it. */
export interface Course {
  readonly prompt: ConversationPrompt;
  readonly pace: Pace;
  /** Sets the steps of an agent that was asked by another one apart. */
  readonly prefix: string;
  /** Tools gave something that the answer may rest on. */
  readonly learn: TurnCheck["learn"];
}
