import { createTriggerId } from "./state.ts";

// A trigger opens one view, within three seconds.
const triggerLifeMs = 3_000;

/** Trigger ids of interactions and commands: short-lived, good for one view. */
export class Triggers {
  readonly #live = new Map<string, { user: string; teamId: string; until: number; used: boolean }>();
  readonly #lifeMs: () => number;

  constructor(timeScale: () => number) {
    this.#lifeMs = () => Math.max(triggerLifeMs * timeScale(), 1_000);
  }

  create(user: string, teamId: string): string {
    const id = createTriggerId();
    this.#live.set(id, { user, teamId, until: Date.now() + this.#lifeMs(), used: false });
    if (this.#live.size > 10_000) for (const old of this.#live.keys()) if (this.#live.delete(old)) break;
    return id;
  }

  /** Spends the trigger, or names the platform's error. */
  spend(id: string): { user: string; teamId: string } | { error: string } {
    const trigger = this.#live.get(id);
    if (trigger === undefined) return { error: "invalid_trigger_id" };
    if (trigger.used) return { error: "exchanged_trigger_id" };
    if (Date.now() > trigger.until) return { error: "expired_trigger_id" };
    trigger.used = true;
    return trigger;
  }
}
