import { open, readdir, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { lettersOf } from "./letters-of-font.ts";

/** Where systems keep their fonts; what is not there is passed over. */
const usualFolders = [
  "/usr/share/fonts",
  "/usr/local/share/fonts",
  "/System/Library/Fonts",
  "/Library/Fonts",
  "C:\\Windows\\Fonts",
];
// A face of all of CJK has up to 20 MB; more than one such file is not loaded for a picture.
const mostBytes = 40_000_000;
const mostFiles = 2_000;
const fontFile = /\.(?:ttf|otf|ttc|otc)$/iu;
// Upright and of usual weight first: the same letters are in a dozen files of a family.
const unusual = /bold|black|light|thin|heavy|medium|italic|oblique|condensed|serif|mono/iu;

/**
 * The fewest files of this system's fonts that together have these letters; undefined where some letter is in none.
 * No letters need no file.
 */
export async function findFonts(
  letters: ReadonlySet<number>,
  folders: readonly string[] = usualFolders,
): Promise<readonly string[] | undefined> {
  const missing = new Set(letters);
  const found: string[] = [];
  let bytes = 0;
  for (const file of missing.size === 0 ? [] : await listFonts(folders)) {
    const { size, has } = await readLetters(file, missing);
    if (has.length === 0 || bytes + size > mostBytes) continue;
    bytes += size;
    found.push(file);
    for (const letter of has) missing.delete(letter);
    if (missing.size === 0) break;
  }
  return missing.size === 0 ? found : undefined;
}

async function listFonts(folders: readonly string[]): Promise<readonly string[]> {
  const listed = await Promise.all(
    folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])),
  );
  const files = listed
    .flat()
    .filter((entry) => entry.isFile() && fontFile.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const rank = (file: string): number => (unusual.test(path.basename(file)) ? 1 : 0);
  return files.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b)).slice(0, mostFiles);
}

/** A file that cannot be read has no letters. */
async function readLetters(
  file: string,
  wanted: ReadonlySet<number>,
): Promise<{ readonly size: number; readonly has: readonly number[] }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const font = handle;
    const { size } = await font.stat();
    const read = async (at: number, length: number): Promise<Buffer> => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await font.read(bytes, 0, length, at);
      return bytes.subarray(0, bytesRead);
    };
    const has = await lettersOf(read);
    return { size, has: [...wanted].filter(has) };
  } catch {
    return { size: 0, has: [] };
  } finally {
    await handle?.close();
  }
}
