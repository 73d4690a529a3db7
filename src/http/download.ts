/** Pictures that cannot carry scripts. */
const harmlessImages: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/**
 * The headers a file of somebody's is served with: for saving, under its own name, and never as something a browser
 * would run. `inline` lets harmless pictures be shown; nothing else ever is.
 */
export function toDownloadHeaders(
  { name, mimeType }: { readonly name: string; readonly mimeType: string },
  { inline }: { readonly inline: boolean },
): Readonly<Record<string, string>> {
  const isPicture = harmlessImages.has(mimeType);
  const where = inline && isPicture ? "inline" : "attachment";
  return {
    "content-disposition": `${where}; filename*=UTF-8''${encodeName(name)}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
    "content-type": isPicture ? mimeType : "application/octet-stream",
  };
}

function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
