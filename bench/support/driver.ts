/** A message of the bot as a person sees it now. */
export interface SeenAnswer {
  readonly id: string;
  readonly text: string;
  /** Still being written. */
  readonly isHalf: boolean;
  readonly deleted: boolean;
}

/** One thing the platform delivered and whether the party said "received" in time. */
export interface Ack {
  readonly acked: boolean;
  readonly ms: number;
}

/** A question that has just left. */
export interface Asked<Place> {
  /** Where the next question of the same conversation belongs. */
  readonly place: Place;
  /** Epoch milliseconds with fractions. */
  readonly sentAt: number;
  /** Empty where the platform knows no acknowledgement. */
  readonly acks: Promise<readonly Ack[]>;
}

/** A local platform as the load sees it: how its people ask, and what they see. */
export interface Driver<Place> {
  /** The party is at this address now. */
  serve(url: string, timeScale: number): Promise<void> | void;
  /** Resolves when the question has left, before anything can answer it. Without a place it opens a conversation. */
  ask(text: string, place: Place | undefined): Promise<Asked<Place>>;
  /** The same by the platform's command, where it has any: always a new conversation. */
  command?(text: string): Promise<Asked<Place>>;
  /** Tells every change of every message of the bot. */
  watch(see: (answer: SeenAnswer) => void): () => void;
}
