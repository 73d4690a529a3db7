import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TenantId } from "../../../src/core/ids.ts";
import type { Role } from "../../../src/core/tool.ts";
import { toolContract } from "../../contract/tool.ts";
import { openBusinessStand, type BusinessStand, type Caller } from "../business-stand.ts";

let stand: BusinessStand;
let tenantId: TenantId;
beforeAll(async () => {
  stand = await openBusinessStand();
  tenantId = await stand.aCompany("catering");
  await stand.contractCaller("catering");
});
afterAll(() => stand.stop());

const saturday = "2027-06-12";
const staff = (caller: Caller, name: string, args: object, role: Role = "staff") =>
  stand.call(caller, name, args, { role });
const freshCompany = async () => {
  const company = await stand.aCompany("catering");
  return { company, caller: await stand.aCaller(company) };
};

const lead = { name: "Ann Lee", phone: "555 123 4567", event_date: saturday, guest_count: 30 };
toolContract("create_booking_inquiry", {
  create: () => stand.tool("create_booking_inquiry"),
  good: lead,
  bad: {
    "no telephone number": { ...lead, phone: undefined },
    "nine digits": { ...lead, phone: "555-123-456" },
    "a name of one character": { ...lead, name: " A " },
    "no guests": { ...lead, guest_count: 0 },
    "guests in words": { ...lead, guest_count: "thirty" },
  },
});
toolContract("get_availability", {
  create: () => stand.tool("get_availability"),
  good: { date: saturday, guest_count: 30 },
  bad: { "no date": {}, "half a guest": { date: saturday, guest_count: 1.5 } },
});
toolContract("get_menu", {
  create: () => stand.tool("get_menu"),
  good: {},
  bad: { "a wish": { item: "steak" } },
});
toolContract("create_event_booking", {
  create: () => stand.tool("create_event_booking"),
  good: { name: "Ann Lee", event_date: saturday, guest_count: 30 },
  bad: {
    "no date": { name: "Ann Lee", guest_count: 30 },
    "a state that is none": { ...lead, status: "maybe" },
  },
});
toolContract("set_setting", {
  create: () => stand.tool("set_setting"),
  good: { name: "capacity", value: 500 },
  bad: { "a setting that is none": { name: "master_key", value: "x" }, "no value": { name: "capacity" } },
});

describe("R146: an inquiry", () => {
  test("becomes a lead of the chat, is told to the staff once, and answers success, lead_id and message", async () => {
    const { company, caller } = await freshCompany();
    const given = { ...lead, message: "No *nuts*, please" };
    const answer = await stand.call(caller, "create_booking_inquiry", given, { key: "k" });
    expect(Object.keys(answer)).toEqual(["success", "lead_id", "message"]);
    expect(answer).toMatchObject({ success: true });
    expect(answer["message"]).toContain("30 guests on 2027-06-12");
    expect(await stand.call(caller, "create_booking_inquiry", given, { key: "k" })).toEqual(answer);
    const [told, ...more] = await stand.announced(company);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      audience: "staff",
      topic: "new lead",
      conversationId: caller.conversationId,
    });
    expect(told?.body).toContain("(555) 123-4567");
    expect(told?.body).toContain("No \\*nuts\\*, please");
    const rows = await stand.data.statement(company, {
      text: "SELECT id, source, status, user_id, details FROM leads",
    });
    expect(rows).toMatchObject([
      { id: answer["lead_id"], source: "ai_chat", status: "new", user_id: caller.contactId },
    ]);
    expect(String(rows[0]?.["details"])).not.toContain("Ann");
  });

  test.each([
    [{ guest_count: 9 }, "groups of 10 to 500 guests; 9 are too few"],
    [{ guest_count: 501 }, "501 are too many"],
    [{ event_date: "2027-06-14" }, "We are closed on Mondays"],
    [{ event_date: "2026-11-20" }, "This date has passed"],
    [{ event_date: "2027-02-30" }, "The date must be a day"],
  ])("with %j is refused in words, and leaves no lead and no news", async (change, words) => {
    const { company, caller } = await freshCompany();
    await expect(stand.call(caller, "create_booking_inquiry", { ...lead, ...change })).rejects.toThrow(words);
    expect(await stand.data.statement(company, { text: "SELECT 1 FROM leads" })).toEqual([]);
    expect(await stand.announced(company)).toEqual([]);
  });

  test("R177, R178: with too short a name or number is refused in the words people know", async () => {
    const caller = await stand.aCaller(tenantId);
    const ask = (change: object) => stand.call(caller, "create_booking_inquiry", { ...lead, ...change });
    await expect(ask({ name: "A" })).rejects.toThrow("Name must be at least 2 characters");
    await expect(ask({ phone: "12345" })).rejects.toThrow("Please enter a valid phone number");
  });
});

describe("R147, C10: the room left on a day", () => {
  test("is the capacity minus who is booked, and the last free place counts", async () => {
    const { caller } = await freshCompany();
    const ask = (guests: number) =>
      stand.call(caller, "get_availability", { date: saturday, guest_count: guests });
    expect(await ask(500)).toEqual({ available: true, remaining_capacity: 500 });
    await staff(caller, "create_event_booking", { name: "Bo Li", event_date: saturday, guest_count: 470 });
    expect(await ask(30)).toEqual({ available: true, remaining_capacity: 30 });
    expect(await ask(31)).toEqual({ available: false, remaining_capacity: 30 });
    const other = { date: "2027-06-13", guest_count: 500 };
    expect(await stand.call(caller, "get_availability", other)).toMatchObject({ available: true });
  });

  test.each([
    [{ date: "2027-06-14" }, "closed on Mondays"],
    [{ date: "2026-11-20" }, "has passed"],
    [{ date: saturday, guest_count: 9 }, "too few"],
    [{ date: saturday, guest_count: 501 }, "too many"],
  ])("is not told for %j, but why", async (args, words) => {
    const caller = await stand.aCaller(tenantId);
    await expect(stand.call(caller, "get_availability", args)).rejects.toThrow(words);
  });

  test("today is a day to come until it ends where the business is", async () => {
    const caller = await stand.aCaller(tenantId);
    const late = new Date("2026-11-22T05:59:00Z"); // 11:59 PM on the 21st in Chicago
    const ask = (now: Date) => stand.call(caller, "get_availability", { date: "2026-11-21" }, { now });
    expect(await ask(late)).toMatchObject({ available: true });
    await expect(ask(new Date(late.getTime() + 60_000))).rejects.toThrow("has passed");
  });

  test("is never overbooked, however many book at once", async () => {
    const { caller } = await freshCompany();
    const book = () =>
      staff(caller, "create_event_booking", { name: "Bo Li", event_date: saturday, guest_count: 200 });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, book));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(await stand.call(caller, "get_availability", { date: saturday })).toMatchObject({
      remaining_capacity: 100,
    });
  });
});

test("R148, R149: the menu has chicken, steak, shrimp and vegetable, $25 to $35 a person, half of it as a deposit", async () => {
  const caller = await stand.aCaller(tenantId);
  const menu = await stand.call(caller, "get_menu", {});
  expect(menu).toMatchObject({
    price_per_person: { from: 25, to: 35 },
    deposit_percent: 50,
    guests: { from: 10, to: 500 },
    closed_weekday: "Monday",
  });
  for (const dish of ["Chicken", "Steak", "Shrimp", "Vegetable"])
    expect(menu["list"]).toContain(`- ${dish}: `);
});

describe("R150: the books staff keep", () => {
  test.each([
    ["customer", "customers", { name: "Ann Lee", phone: "5551234567" }, { notes: "Vegetarian" }],
    ["lead", "leads", { name: "Ann Lee", phone: "5551234567", guest_count: 12 }, { status: "contacted" }],
    [
      "event_booking",
      "event_bookings",
      { name: "Ann Lee", event_date: saturday, guest_count: 12, total: 360.5 },
      { status: "confirmed", guest_count: 14 },
    ],
  ])("of a %s: written, read, found, changed and deleted", async (noun, plural, fields, changes) => {
    const { company, caller } = await freshCompany();
    const made = await staff(caller, `create_${noun}`, fields);
    const id = String(made["id"]);
    expect(await staff(caller, `get_${noun}`, { id })).toMatchObject({ name: "Ann Lee" });
    const changed = await staff(caller, `update_${noun}`, { id, ...changes });
    expect(changed).toMatchObject({ name: "Ann Lee", ...changes });
    expect(await staff(caller, `get_${noun}`, { id })).toEqual(changed);
    const list = async (query: string) => (await staff(caller, `list_${plural}`, { query }))[plural];
    expect(await list("ann")).toEqual([changed]);
    expect(await list("nobody")).toEqual([]);
    const stranger = await stand.aCaller(tenantId);
    await expect(staff(stranger, `get_${noun}`, { id })).rejects.toThrow("I found no");
    await expect(staff(stranger, `delete_${noun}`, { id })).rejects.toThrow("I found no");
    const remove = () => stand.call(caller, `delete_${noun}`, { id }, { role: "staff", key: "once" });
    expect(await remove()).toEqual({ id, deleted: true });
    expect(await remove()).toEqual({ id, deleted: true });
    await expect(staff(caller, `get_${noun}`, { id })).rejects.toThrow("I found no");
    const kept = await stand.data.statement(company, {
      text: "SELECT (SELECT count(*) FROM leads) + (SELECT count(*) FROM bookings) + (SELECT count(*) FROM customer_records) AS rows",
    });
    expect(kept).toEqual([{ rows: 0 }]);
  });

  test("say no to an id that is none, and find a number by its digits", async () => {
    const { caller } = await freshCompany();
    await expect(staff(caller, "get_lead", { id: "'; DROP TABLE leads; --" })).rejects.toThrow(
      "I found no lead",
    );
    await staff(caller, "create_customer", { name: "Ann Lee", phone: "(555) 123-4567" });
    expect((await staff(caller, "list_customers", { query: "5551234567" }))["customers"]).toHaveLength(1);
  });
});

describe("R151: what an admin sets", () => {
  test("holds from the next call on, and is in the audit", async () => {
    const { company, caller } = await freshCompany();
    const set = (name: string, value: unknown) => staff(caller, "set_setting", { name, value }, "admin");
    expect(await set("capacity", 100)).toEqual({ name: "capacity", before: 500, value: 100 });
    expect(await stand.call(caller, "get_availability", { date: saturday })).toMatchObject({
      remaining_capacity: 100,
    });
    await set("inquiries_open", false);
    await expect(stand.call(caller, "create_booking_inquiry", lead)).rejects.toThrow("do not take inquiries");
    await set("closed_weekday", "Saturday");
    await expect(stand.call(caller, "get_availability", { date: saturday })).rejects.toThrow(
      "closed on Saturdays",
    );
    const { settings } = await staff(caller, "list_settings", {}, "admin");
    expect(settings).toContainEqual(expect.objectContaining({ name: "capacity", value: 100 }));
    const audit = await stand.data.statement(company, { text: "SELECT action, data FROM audit ORDER BY id" });
    expect(audit[0]).toEqual({ action: "set_setting", data: { name: "capacity", before: 500, value: 100 } });
    expect(audit).toHaveLength(3);
  });

  test.each([
    ["capacity", "many"],
    ["capacity", 0],
    ["closed_weekday", "Someday"],
    ["min_guests", 501],
    ["price_from", 36],
  ])("is refused where it makes no sense: %s = %j", async (name, value) => {
    const caller = await stand.aCaller(tenantId);
    await expect(staff(caller, "set_setting", { name, value }, "admin")).rejects.toThrow(`${name} cannot be`);
  });
});

test("R111, R144: who may use which tool of a caterer", () => {
  const everyone = ["create_booking_inquiry", "get_availability", "get_menu"];
  const books = ["lead", "customer", "event_booking"].flatMap((noun) => [
    ...["create", "get", "update", "delete"].map((verb) => `${verb}_${noun}`),
    `list_${noun}s`,
  ]);
  const admins = ["list_settings", "set_setting"];
  const allowed: Record<Role, string[]> = {
    customer: everyone,
    staff: [...everyone, ...books],
    admin: [...everyone, ...books, ...admins],
    analytics: [],
  };
  const ofCaterer = new Set([...everyone, ...books, ...admins]);
  for (const [role, names] of Object.entries(allowed) as [Role, string[]][]) {
    const may = stand.tools.filter(({ name, roles }) => ofCaterer.has(name) && roles.includes(role));
    expect(may.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  }
});
