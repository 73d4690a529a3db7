import type { Upload } from "./message-body.ts";

/** A body in parts: what `payload_json` says, and the files. `undefined` when it is not well-formed. */
export async function parseMultipart(
  body: Buffer,
  contentType: string,
): Promise<{ readonly json: unknown; readonly files: readonly Upload[] } | undefined> {
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { "content-type": contentType },
    }).formData();
    const json = form.get("payload_json");
    const fields: Record<string, unknown> = {};
    const files: Upload[] = [];
    for (const [name, value] of form) {
      if (typeof value === "string") {
        if (name !== "payload_json") fields[name] = value;
        continue;
      }
      files.push({
        index: /\[(\d+)\]$/.exec(name)?.[1] ?? String(files.length),
        name: value.name,
        contentType: value.type === "" ? "application/octet-stream" : value.type,
        content: Buffer.from(await value.arrayBuffer()),
      });
    }
    return { json: typeof json === "string" ? JSON.parse(json) : fields, files };
  } catch {
    return undefined;
  }
}
