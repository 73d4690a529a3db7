/** Ids the compiler can tell apart. All are lower-case UUIDs made by Baton; a platform's own ids stay plain strings. */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type TenantId = Id<"tenant">;
export type InstallationId = Id<"installation">;
export type ContactId = Id<"contact">;
export type StaffId = Id<"staff">;
export type ConversationId = Id<"conversation">;
export type MessageId = Id<"message">;
export type TurnId = Id<"turn">;
export type DeliveryId = Id<"delivery">;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for what Baton accepts as an id from outside: a lower-case UUID and nothing else. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && uuid.test(value);
}

/** Brands a UUID read from the database or a job; throws on anything that is not one. */
export function parseId<T extends Id<string>>(value: unknown): T {
  if (!isId(value)) throw new TypeError("not an id: expected a lower-case UUID");
  return value as T;
}
