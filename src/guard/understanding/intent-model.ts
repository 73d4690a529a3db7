import type { LinearModel } from "./linear-model.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A phrase somebody might say, and what it asks for. */
export interface IntentExample {
  readonly text: string;
  readonly intent: string;
}

/** All a classifier knows. Plain data: it can be kept, sent and compared. */
export interface IntentModel {
  /** By class. Where the model was trained with examples of other talk, their class is one more, without a name. */
  readonly intents: readonly string[];
  readonly vocabulary: Vocabulary;
  readonly linear: LinearModel;
  /** How scores become probabilities; measured on examples held out. */
  readonly sharpness: number;
  /** Below this a text belongs to none of the intents. */
  readonly border: number;
  /** Some examples of each class, for likeness and for telling why. */
  readonly examples: readonly (readonly string[])[];
}
