import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promptVariables } from "../core/agent.ts";
import type { Role } from "../core/tool.ts";

/** Reads `config/prompts/<agent>.md`; empty where there is none. Adds to `problems` each variable nobody fills in. */
export function readAgentPrompts(folder: string, problems: string[]): Readonly<Record<Role, string>> {
  const read = (role: Role): string => {
    const name = `config/prompts/${role}.md`;
    if (!existsSync(join(folder, name))) return "";
    const text = readFileSync(join(folder, name), "utf8").trim();
    const known: readonly string[] = promptVariables;
    const named = [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, variable = ""]) => variable);
    for (const variable of new Set(named.filter((one) => !known.includes(one)))) {
      problems.push(`${name}: nobody fills in {{${variable}}}. Use one of ${known.join(", ")}, or remove it`);
    }
    return text;
  };
  return {
    customer: read("customer"),
    staff: read("staff"),
    admin: read("admin"),
    analytics: read("analytics"),
  };
}
