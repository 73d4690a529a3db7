import { createHash } from "node:crypto";
import type { TenantId } from "../../core/ids.ts";
import { toGroupName, type Audience } from "../readers.ts";

/** A company's source, as it is gone through. */
export interface Source {
  readonly tenantId: TenantId;
  readonly name: string;
  readonly kind: "folder" | "page" | "site" | "sitemap" | "git" | "room";
  readonly at: string;
  readonly branch?: string | undefined;
  readonly folder?: string | undefined;
  readonly link?: string | undefined;
  readonly audience: readonly Audience[];
  readonly language?: string | undefined;
  /** Who answers for it, for colleagues to ask. */
  readonly owner?: string | undefined;
  readonly everyHours?: number | undefined;
  readonly most: number;
  /** Of a room: how far back; all that is to be had where it is left out. */
  readonly days?: number | undefined;
}

/** The source of that name is what was said in a room. */
export function isRoomSource(name: string): boolean {
  return name.startsWith("room:");
}

/** A digest of all that decides what is read of a source and who is shown it: another one, and it has to be gone through. */
export function definitionOf(source: Source): string {
  const { kind, at, branch, folder, link, audience, language, most, days } = source;
  const groups = audience.map(toGroupName).toSorted();
  return createHash("sha256")
    .update(JSON.stringify([kind, at, branch, folder, link, groups, language, most, days]))
    .digest("base64url");
}
