import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { parse as parseYaml } from "yaml";
import { modelKeys } from "./agent-models.ts";
import { settingAliases, settingNames, settingNotes } from "./names.ts";

/** Names and values as the process got them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What was found everywhere a setting may stand, merged; with what could not be read. */
export interface Sources {
  /** By name in the environment, strongest source first. Empty values count as not set. */
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

const file = "config/baton.yaml";
const platformSecret = /^(?:SLACK|DISCORD|TEAMS)_.*(?:TOKEN|SECRET|PASSWORD)/;
const platformName = /^(?:SLACK|DISCORD|TEAMS)_/;

/**
 * Reads the environment, `NAME_FILE` files (for values such as Docker secrets), `.env` and `config/baton.yaml`;
 * the earlier wins. Reports what it cannot read instead of throwing.
 */
export function readSources(env: Env, folder: string): Sources {
  const problems: string[] = [];
  const dotEnv = readDotEnv(folder);
  const merged = { ...readConfigFile(folder, problems), ...cleaned(dotEnv), ...cleaned(env) };
  const fromFiles = {
    ...readValueFiles(cleaned(dotEnv), problems),
    ...readValueFiles(cleaned(env), problems),
  };
  for (const [name, value] of Object.entries(fromFiles)) {
    if (cleaned(env)[name] === undefined) merged[name] = value;
  }
  for (const [alias, name] of Object.entries(settingAliases)) {
    const value = merged[alias];
    if (value !== undefined) merged[name] ??= value;
  }
  return { values: merged, problems };
}

function cleaned(env: Env): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.trim() !== "") set[name] = value.trim();
  }
  return set;
}

function readDotEnv(folder: string): Env {
  const path = join(folder, ".env");
  return existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
}

/** Only for names Baton knows: other programs use `*_FILE` for other things. */
function readValueFiles(env: Record<string, string>, problems: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, path] of Object.entries(env)) {
    const target = name.replace(/_FILE$/, "");
    if (target === name || !(target in settingNames.shape || platformName.test(target))) continue;
    try {
      values[target] = readFileSync(path, "utf8").trim();
    } catch {
      problems.push(`${name}: the file ${path} cannot be read. Mount it there, or correct the path`);
    }
  }
  return values;
}

function readConfigFile(folder: string, problems: string[]): Record<string, string> {
  const path = join(folder, file);
  if (!existsSync(path)) return {};
  const values: Record<string, string> = {};
  try {
    for (const [key, value] of toLeaves(parseYaml(readFileSync(path, "utf8")), "")) {
      if (modelKeys.test(key)) continue;
      const name = toName(key);
      if (name === undefined)
        problems.push(`${file}: there is no setting ${key}. Remove it or correct its spelling`);
      else if (platformSecret.test(name))
        problems.push(`${file}: ${key} is a secret. Set ${name} or ${name}_FILE instead`);
      else values[name] = value;
    }
  } catch (cause) {
    problems.push(
      `${file} is not valid YAML: ${cause instanceof Error ? cause.message.split("\n")[0] : "unreadable"}`,
    );
  }
  return values;
}

function* toLeaves(value: unknown, key: string): Generator<readonly [string, string]> {
  if (value === null || value === undefined) return;
  if (typeof value !== "object") return yield [key, String(value)];
  if (Array.isArray(value)) return yield [key, value.join(",")];
  for (const [name, child] of Object.entries(value))
    yield* toLeaves(child, key === "" ? name : `${key}.${name}`);
}

const namesByKey = new Map(
  Object.entries(settingNames.shape).flatMap(([name, schema]): [string, string][] => {
    const key = settingNotes.get(schema)?.yaml;
    return key === undefined ? [] : [[key, name]];
  }),
);

/** `slack.botBudget` means SLACK_BOT_BUDGET; the rest stands in the notes. */
function toName(key: string): string | undefined {
  const [, platform, name] = /^(slack|discord|teams)\.([a-z][A-Za-z]*)$/.exec(key) ?? [];
  if (platform !== undefined && name !== undefined)
    return `${platform}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase();
  return namesByKey.get(key);
}
