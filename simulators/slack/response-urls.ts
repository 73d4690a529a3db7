import { createSecret } from "./ids.ts";
import type { Channel, Message } from "./model.ts";

/** Where an interaction or a command happened. */
export interface ResponseTarget {
  readonly teamId: string;
  readonly user: string;
  readonly channel: Channel;
  /** The message the button sat on. */
  readonly message?: Message;
}

// The platform allows five answers within thirty minutes.
const maxUses = 5;
const lifeMs = 1_800_000;

/** The addresses that interactions and commands carry, to answer where they happened. */
export class ResponseUrls {
  readonly #targets = new Map<string, { target: ResponseTarget; until: number; uses: number }>();

  /** The path of a new address. */
  create(target: ResponseTarget): string {
    const id = createSecret(12);
    this.#targets.set(id, { target, uses: 0, until: Date.now() + lifeMs });
    if (this.#targets.size > 10_000)
      for (const old of this.#targets.keys()) if (this.#targets.delete(old)) break;
    return `/response/${target.teamId}/${id}`;
  }

  /** Spends one use of the address, or says why it cannot. */
  use(id: string): ResponseTarget | { readonly error: string } {
    const known = this.#targets.get(id);
    if (known === undefined || Date.now() > known.until) return { error: "expired_url" };
    if (known.uses >= maxUses) return { error: "used_url" };
    known.uses += 1;
    return known.target;
  }
}
