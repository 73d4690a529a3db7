import { readFileSync, writeFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { isMap, isSeq, parseDocument, type Document } from "yaml";
import { z } from "zod";
import { SettingsError } from "../core/errors.ts";
import { knowledgeSource, toKnowledgeSources, type KnowledgeSource } from "./knowledge-sources.ts";

/** How a room is read, as far as the operator says. */
export interface RoomReading {
  readonly days?: number | undefined;
  readonly most?: number | undefined;
  readonly everyHours?: number | undefined;
}

/**
 * Opens a room in the company's file, whose other lines and remarks stay as they are; one that is open is read as said
 * now. Throws SettingsError for what is no room, before anything is written.
 */
export function openRoom(folder: string, slug: string, room: string, reading: RoomReading): void {
  const given = Object.entries(reading).filter(([, value]) => value !== undefined);
  const entry = { room, ...Object.fromEntries(given) };
  const checked = knowledgeSource.safeParse(entry);
  if (!checked.success)
    throw new SettingsError(
      `--channel ${room}: ${checked.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ")}`,
    );
  edit(folder, slug, (file) => {
    const at = placeOf(file, room);
    if (at !== undefined) file.setIn(["knowledge", at], file.createNode(entry));
    else if (isSeq(file.get("knowledge"))) file.addIn(["knowledge"], file.createNode(entry));
    else file.set("knowledge", file.createNode([entry]));
  });
}

/** Takes a room out of the company's file; whether it stood there. */
export function closeRoom(folder: string, slug: string, room: string): boolean {
  let stood = false;
  edit(folder, slug, (file) => {
    const at = placeOf(file, room);
    if (at === undefined) return;
    stood = file.deleteIn(["knowledge", at]);
    const left = file.get("knowledge");
    if (isSeq(left) && left.items.length === 0) file.delete("knowledge");
  });
  return stood;
}

/**
 * Reads which rooms a company's file opens now, by its slug; what did not change since is not read again. Rejects with
 * SettingsError where one of them is none, and for a file that is no company's or is gone: whoever saves one may empty it,
 * or take it away, for a moment.
 */
export function createRoomReader(folder: string): (slug: string) => Promise<readonly KnowledgeSource[]> {
  const known = new Map<string, { readonly stamp: string; readonly rooms: readonly KnowledgeSource[] }>();
  return async (slug) => {
    const path = join(folder, "config/tenants", `${slug}.yaml`);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) {
      if (known.has(slug)) throw unreadable(slug);
      return [];
    }
    const stamp = `${found.mtimeMs} ${found.size}`;
    const before = known.get(slug);
    if (before?.stamp === stamp) return before.rooms;
    const rooms = toRooms(folder, slug, await readFile(path, "utf8"));
    known.set(slug, { stamp, rooms });
    return rooms;
  };
}

function toRooms(folder: string, slug: string, text: string): readonly KnowledgeSource[] {
  const file = parseDocument(text);
  if (file.errors.length > 0 || !isMap(file.contents)) throw unreadable(slug);
  const sources: unknown = file.toJS()?.knowledge;
  const given = Array.isArray(sources) ? sources.filter((source: unknown) => isRoom(source)) : [];
  const parsed = z.array(knowledgeSource).safeParse(given);
  if (!parsed.success) throw unreadable(slug);
  return toKnowledgeSources(folder, slug, parsed.data).filter(({ kind }) => kind === "room");
}

function unreadable(slug: string): SettingsError {
  return new SettingsError(`config/tenants/${slug}.yaml: its rooms cannot be read`);
}

function isRoom(source: unknown): boolean {
  return typeof source === "object" && source !== null && "room" in source;
}

function edit(folder: string, slug: string, change: (file: Document) => void): void {
  const path = join(folder, "config/tenants", `${slug}.yaml`);
  const before = readFileSync(path, "utf8");
  const file = parseDocument(before);
  change(file);
  const after = file.toString({ lineWidth: 0 });
  if (after !== before) writeFileSync(path, after);
}

function placeOf(file: Document, room: string): number | undefined {
  const sources = file.get("knowledge");
  if (!isSeq(sources)) return undefined;
  const at = sources.items.findIndex((source) => isMap(source) && source.get("room") === room);
  return at === -1 ? undefined : at;
}
