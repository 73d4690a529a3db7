import { SettingsError } from "../core/errors.ts";
import { readSettings, type Settings } from "../settings.ts";
import { describeSettings } from "../settings/describe-settings.ts";
import { stringify } from "yaml";
import { examine, formatFindings } from "./doctor.ts";

const settings = read();
if (settings !== undefined) {
  process.stdout.write(`${stringify(describeSettings(settings), { lineWidth: 0 })}\n`);
  const findings = await examine(settings);
  process.stdout.write(formatFindings(findings));
  if (findings.some(({ state }) => state === "failure")) process.exitCode = 1;
}

function read(): Settings | undefined {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stdout.write(`${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
