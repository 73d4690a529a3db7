import { SettingsError } from "../../core/errors.ts";
import type { Understand } from "../../core/understanding.ts";
import { generalIntents } from "./general-phrases.ts";
import { ownIntentsFile } from "./own-intents.ts";

/** Understanding that is loaded when it is first needed: training takes a second and more memory than the rest. */
export interface LazyUnderstander {
  /** The names of all intents it can find, known without loading anything. */
  readonly intents: readonly string[];
  load(): Promise<Understand>;
}

/** For a company with the intents of its file, if it has one. Throws SettingsError for a file that cannot be used. */
export function createLazyUnderstander(file: unknown, slug: string): LazyUnderstander {
  const parsed = ownIntentsFile.safeParse(file ?? { intents: [] });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `- config/intents/${slug}.yaml: ${path.map(String).join(".")}: ${message}`,
    );
    throw new SettingsError(problems.join("\n"));
  }
  const own = parsed.data.intents;
  let loading: Promise<Understand> | undefined;

  async function load(): Promise<Understand> {
    const { createUnderstander } = await import("./understand.ts");
    return createUnderstander(own).understand;
  }

  return {
    intents: [...new Set([...own.map(({ name }) => name), ...generalIntents])],
    load: () => (loading ??= load()),
  };
}
