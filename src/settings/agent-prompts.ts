import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { promptVariables } from "../core/agent.ts";
import type { Role } from "../core/tool.ts";

/** A file in `config/prompts`. */
export const promptFileName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]*\.md$/, "must be a file name in config/prompts, such as customer.md");

/** Reads `config/prompts/<agent>.md`; empty where there is none. Adds to `problems` each variable nobody fills in. */
export function readAgentPrompts(folder: string, problems: string[]): Readonly<Record<Role, string>> {
  const read = (role: Role): string =>
    existsSync(join(folder, `config/prompts/${role}.md`))
      ? readPromptFile(folder, `${role}.md`, problems)
      : "";
  return {
    customer: read("customer"),
    staff: read("staff"),
    admin: read("admin"),
    analytics: read("analytics"),
  };
}

/** Reads one prompt. Adds to `problems` that it cannot be read, and each variable nobody fills in. */
export function readPromptFile(folder: string, file: string, problems: string[]): string {
  const name = `config/prompts/${file}`;
  try {
    const text = readFileSync(join(folder, name), "utf8").trim();
    const known: readonly string[] = promptVariables;
    const named = [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, variable = ""]) => variable);
    for (const variable of new Set(named.filter((one) => !known.includes(one)))) {
      problems.push(`${name}: nobody fills in {{${variable}}}. Use one of ${known.join(", ")}, or remove it`);
    }
    return text;
  } catch {
    problems.push(`${name} cannot be read. Write it, or name another prompt`);
    return "";
  }
}
