/** What a service URL that is no longer current does with a call. */
export type FormerRegion = "not_found" | "cut" | "works";

/** Which prefix of the service URL is current, and what the former ones still do. */
export class Regions {
  #current = "amer";
  readonly #former = new Map<string, FormerRegion>();

  get current(): string {
    return this.#current;
  }

  move(region: string, old: FormerRegion): void {
    if (!/^[a-z]+$/.test(region))
      throw new Error(`teams simulator: a region is lower-case letters: ${region}`);
    if (region === this.#current) return;
    this.#former.set(this.#current, old);
    this.#former.delete(region);
    this.#current = region;
  }

  /** What happens to a call through the prefix; unknown prefixes never existed. */
  fate(region: string): FormerRegion {
    return region === this.#current ? "works" : (this.#former.get(region) ?? "not_found");
  }

  reset(): void {
    this.#current = "amer";
    this.#former.clear();
  }
}
