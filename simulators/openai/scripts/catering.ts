import type { ScriptedToolCall } from "../answer.ts";
import {
  answerTo,
  isYes,
  lastSaid,
  numberOf,
  problemOf,
  readDay,
  sayDay,
  textOf,
  toDollars,
  type Script,
  type Talk,
  type Thoughts,
  type Told,
} from "./talk.ts";

const whichName = /May I have your name\?/;
const whichPhone = /phone number can we reach you/;
const shallISend = /Shall I send this/;

const guests = /\b(\d{1,4}) (?:people|guests|persons)\b/i;

/** A caterer's host: tells prices and the menu, looks whether a day is free, writes down who would like to book. */
export const cateringScript: Script = { tool: "get_menu", think };

function think(talk: Talk): Thoughts | string | undefined {
  const { said, before } = talk;
  if (shallISend.test(before) && isYes(said)) return send(talk);
  if (whichPhone.test(before)) return confirm(talk);
  if (whichName.test(before)) return askPhone(said);
  if (/\b(?:price|cost|how much)\b/i.test(said)) return tellPrice(said);
  if (/\bmenu\b/i.test(said)) return tellMenu();
  return /\bbook|\breserve|\bfree on\b/i.test(said) ? tellAvailability(talk) : undefined;
}

function* tellPrice(said: string): Thoughts {
  const menu = yield { name: "get_menu", arguments: {} };
  const { from, to } = pricesOf(menu);
  const count = guestsIn(said);
  const all = Number.isNaN(count)
    ? ""
    : ` For ${count} people that is ${toDollars(from * count)} to ${toDollars(to * count)}.`;
  return `It is ${toDollars(from)} to ${toDollars(to)} per person.${all} A deposit of ${textOf(menu, "deposit_percent")}% confirms the date.`;
}

function* tellMenu(): Thoughts {
  const menu = yield { name: "get_menu", arguments: {} };
  return problemOf(menu) ?? textOf(menu, "list");
}

function* tellAvailability(talk: Talk): Thoughts {
  const day = readDay(talk.said, talk.today);
  const count = guestsIn(talk.said);
  if (day === undefined || Number.isNaN(count)) return "Which day is it, and for how many guests?";
  const room = yield availability(day, count);
  const problem = problemOf(room);
  if (problem !== undefined) return problem;
  if (room["available"] !== true)
    return `On ${sayDay(day)} there is only room for ${textOf(room, "remaining_capacity")} more guests. Which other day would suit you?`;
  return `Good news: ${sayDay(day)} is free for ${count} guests. May I have your name?`;
}

function askPhone(name: string): string {
  return `Thank you, ${name.trim()}. At which phone number can we reach you?`;
}

function* confirm(talk: Talk): Thoughts {
  const { name, phone, day, count } = inquiryOf(talk, talk.said);
  // Asked again, as the day may have been taken meanwhile.
  const room = yield availability(day, count);
  const problem = problemOf(room);
  if (problem !== undefined) return problem;
  return `Let me repeat: ${count} guests on ${sayDay(day)}, ${name}, ${phone}. Shall I send this to our team?`;
}

function* send(talk: Talk): Thoughts {
  const { name, phone, day, count } = inquiryOf(talk, answerTo(talk, whichPhone) ?? "");
  const sent = yield {
    name: "create_booking_inquiry",
    arguments: { name, phone, event_date: day, guest_count: count },
  };
  return problemOf(sent) ?? textOf(sent, "message");
}

function inquiryOf(talk: Talk, phone: string) {
  const asked = lastSaid(talk, guests) ?? "";
  const day = readDay(asked, talk.today) ?? "";
  return { name: answerTo(talk, whichName) ?? "", phone, day, count: guestsIn(asked) };
}

function availability(day: string, count: number): ScriptedToolCall {
  return { name: "get_availability", arguments: { date: day, guest_count: count } };
}

function pricesOf(menu: Told): { readonly from: number; readonly to: number } {
  const prices = menu["price_per_person"];
  const told = typeof prices === "object" && prices !== null ? { ...prices } : {};
  return { from: numberOf(told, "from"), to: numberOf(told, "to") };
}

function guestsIn(said: string): number {
  return Number(guests.exec(said)?.[1] ?? Number.NaN);
}
