import type { TenantId } from "../../core/ids.ts";
import type { Audience } from "../readers.ts";

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
  readonly everyHours?: number | undefined;
  readonly most: number;
  readonly days?: number | undefined;
}
