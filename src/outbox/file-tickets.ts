import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { TenantId } from "../core/ids.ts";

/** Which file a ticket stands for. */
interface TicketClaims {
  readonly tenantId: TenantId;
  readonly fileId: string;
}

/** Signed words for files: who has one may read that file until it is over, and no other. */
export interface FileTickets {
  sign(claims: TicketClaims): string;
  /** Undefined for whatever we did not sign, and for what is over. */
  read(ticket: string): TicketClaims | undefined;
}

/** How long a ticket is good for. */
export const ticketDays = 7;

const version = 1;
const claimBytes = 1 + 16 + 16 + 4;
const macBytes = 32;

/** `masterKeys`: the newest first; the others still read. `now` is milliseconds since the epoch. */
export function createFileTickets({
  masterKeys,
  ttlMs = ticketDays * 24 * 3_600_000,
  now = Date.now,
}: {
  readonly masterKeys: readonly Buffer[];
  readonly ttlMs?: number | undefined;
  readonly now?: (() => number) | undefined;
}): FileTickets {
  const keys = masterKeys.map((master) =>
    Buffer.from(hkdfSync("sha256", master, "", "baton file ticket", 32)),
  );
  const macOf = (key: Buffer, claims: Buffer): Buffer => createHmac("sha256", key).update(claims).digest();

  return {
    sign: ({ tenantId, fileId }) => {
      const [key] = keys;
      if (key === undefined) throw new Error("files: there is no master key");
      const claims = Buffer.alloc(claimBytes);
      claims.writeUInt8(version);
      claims.write(toHex(tenantId), 1, "hex");
      claims.write(toHex(fileId), 17, "hex");
      claims.writeUInt32BE(Math.ceil((now() + ttlMs) / 1_000), 33);
      return Buffer.concat([claims, macOf(key, claims)]).toString("base64url");
    },
    read: (ticket) => {
      if (!/^[\w-]{92}$/.test(ticket)) return undefined;
      const bytes = Buffer.from(ticket, "base64url");
      if (bytes.length !== claimBytes + macBytes) return undefined;
      const [claims, mac] = [bytes.subarray(0, claimBytes), bytes.subarray(claimBytes)];
      if (!keys.some((key) => timingSafeEqual(mac, macOf(key, claims)))) return undefined;
      if (claims.readUInt8() !== version || claims.readUInt32BE(33) * 1_000 <= now()) return undefined;
      return {
        tenantId: toUuid(claims.subarray(1, 17)) as TenantId,
        fileId: toUuid(claims.subarray(17, 33)),
      };
    },
  };
}

function toHex(id: string): string {
  return id.replaceAll("-", "");
}

function toUuid(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
