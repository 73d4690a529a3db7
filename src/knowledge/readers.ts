import { createHash } from "node:crypto";
import type { ChannelName, Place } from "../core/envelope.ts";
import type { Role } from "../core/tool.ts";

/**
 * A group of people a document is for: everybody, the people with a role, or those who read one room. `colleagues` are
 * all with a role of the company's own.
 */
export type Audience =
  | { readonly kind: "public" }
  | { readonly kind: "colleagues" }
  | { readonly kind: "role"; readonly role: Role }
  | {
      readonly kind: "room";
      readonly channel: ChannelName;
      readonly installation: string;
      readonly space: string;
    };

/** Where an answer goes, and who asked, with the role Baton verified. */
export interface Destination {
  readonly channel: ChannelName;
  readonly installation: string;
  readonly place: Pick<Place, "space" | "audience">;
  readonly role: Role;
}

const colleagues: ReadonlySet<Role> = new Set(["staff", "admin", "analytics"]);

/**
 * The groups that everybody who can read the destination belongs to: a document for one of them may be shown there, any
 * other not. In a direct conversation that is who asks. Of a room only its own people are known, never their roles; what
 * other organizations read along in is everybody's.
 */
export function groupsOf({ channel, installation, place, role }: Destination): Audience[] {
  const everybody: Audience[] = [{ kind: "public" }];
  switch (place.audience) {
    case "shared":
      return everybody;
    case "group":
    case "public":
      return [...everybody, { kind: "room", channel, installation, space: place.space }];
    case "direct":
      return [
        ...everybody,
        { kind: "role", role },
        ...(colleagues.has(role) ? [{ kind: "colleagues" } as const] : []),
      ];
    default:
      throw new Error(`unknown audience: ${place.audience satisfies never}`);
  }
}

/** A group's name in the database and the index: letters and digits, the same for the same group only. */
export function toGroupName(audience: Audience): string {
  if (audience.kind === "public" || audience.kind === "colleagues") return audience.kind;
  if (audience.kind === "role") return `role${audience.role}`;
  const { channel, installation, space } = audience;
  return `room${createHash("sha256")
    .update(JSON.stringify([channel, installation, space]))
    .digest("hex")
    .slice(0, 32)}`;
}

/** An audience as operators write it; `parseAudience` reads it back. */
export function tellAudience(audience: Audience): string {
  if (audience.kind === "public" || audience.kind === "colleagues") return audience.kind;
  if (audience.kind === "role") return `role:${audience.role}`;
  return `room:${audience.channel}:${audience.installation}:${audience.space}`;
}

/**
 * Reads `public`, `colleagues`, `role:staff`, or a room as `room:slack:T0123:C0123`; undefined for anything else.
 */
export function parseAudience(text: string): Audience | undefined {
  if (text === "public" || text === "colleagues") return { kind: text };
  const role = /^role:(customer|staff|admin|analytics)$/.exec(text)?.[1];
  if (role !== undefined) return { kind: "role", role: role as Role };
  const room = /^room:(slack|discord|teams|web):([^:\s]+):(\S+)$/.exec(text);
  if (room === null) return undefined;
  const [, channel, installation = "", space = ""] = room;
  return { kind: "room", channel: channel as ChannelName, installation, space };
}
