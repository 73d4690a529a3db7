import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createTeamsPackage } from "./app-package.ts";

// npm run teams:package -- --app-id <Microsoft App ID> --url https://baton.example.com [--company Name] [--version 1.0.1] [--out file.zip]
const { values } = parseArgs({
  options: {
    "app-id": { type: "string" },
    url: { type: "string" },
    company: { type: "string" },
    version: { type: "string" },
    out: { type: "string", default: "data/baton-teams.zip" },
  },
});
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const { "app-id": appId = "", url: publicUrl = "", company, version } = values;
const problems = [
  ...(guid.test(appId) ? [] : ["--app-id is missing: pass the Microsoft App ID, the value of TEAMS_APP_ID"]),
  ...(URL.parse(publicUrl)?.protocol === "https:"
    ? []
    : ["--url is missing: pass the https address people reach Baton at, the value of BATON_PUBLIC_URL"]),
];
if (problems.length > 0) {
  process.stderr.write(`${problems.map((problem) => `- ${problem}`).join("\n")}\n`);
  process.exitCode = 1;
} else {
  const path = resolve(values.out);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, createTeamsPackage({ appId: appId.toLowerCase(), publicUrl, company, version }));
  process.stdout.write(`${path}\nUpload it: Teams → Apps → Manage your apps → Upload an app.\n`);
}
