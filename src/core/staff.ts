import type { GroupKind } from "./channel.ts";
import type { ChannelName } from "./envelope.ts";

/** What a colleague may be: `staff` helps people, `admin` and `analytics` have agents of their own. */
export const staffRoles = ["staff", "admin", "analytics"] as const;
export type StaffRole = (typeof staffRoles)[number];

/** A colleague as the company's file names them: who they are on which platform, and what they may do. */
export interface StaffMember {
  readonly name: string;
  readonly roles: readonly StaffRole[];
  /** Their accounts: the platform's workspace id and their own id in it. A display name proves nothing. */
  readonly accounts: readonly {
    readonly channel: ChannelName;
    readonly workspace: string;
    readonly id: string;
  }[];
}

/** A group on a platform, by the platform's own ids: whoever is in it is a colleague. */
export interface StaffGroup {
  readonly channel: ChannelName;
  readonly workspace: string;
  readonly kind: GroupKind;
  readonly id: string;
  readonly roles: readonly StaffRole[];
}
