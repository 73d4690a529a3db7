import type { Logger, LogLevel } from "@slack/bolt";
import type { Log } from "../../src/core/log.ts";

/**
 * Slack's SDK writing into our log. Its debug lines hold whole payloads and are dropped; its errors are warnings
 * to us, because whatever must wake someone is said by our own code.
 */
export function createSdkLogger(log: Log, level: LogLevel): Logger {
  const write = (event: string) => {
    return (...said: unknown[]): void => log.warn({ sdk: said.map(toWords).join(" ").slice(0, 500) }, event);
  };
  return {
    debug: () => {},
    info: () => {},
    warn: write("slack sdk warns"),
    error: write("slack sdk reports an error"),
    setLevel: () => {},
    getLevel: () => level,
    setName: () => {},
  };
}

function toWords(said: unknown): string {
  if (said instanceof Error) return `${said.name}: ${said.message}`;
  return typeof said === "string" ? said : typeof said;
}
