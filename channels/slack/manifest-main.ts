import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { createSlackManifest } from "./manifest.ts";

// npm run slack:manifest -- --url https://baton.example.com [--socket] [--yaml] [--rotate]
const { values } = parseArgs({
  options: {
    url: { type: "string" },
    socket: { type: "boolean", default: false },
    yaml: { type: "boolean", default: false },
    rotate: { type: "boolean", default: false },
  },
});
const manifest = createSlackManifest({
  mode: values.socket ? "socket" : "http",
  publicUrl: values.url,
  tokenRotation: values.rotate,
});
process.stdout.write(values.yaml ? stringify(manifest) : `${JSON.stringify(manifest, null, 2)}\n`);
if (values.url === undefined && !values.socket) {
  process.stderr.write("Replace https://baton.example.com by your address, or pass it with --url.\n");
}
