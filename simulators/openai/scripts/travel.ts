import {
  answerTo,
  isYes,
  lastSaid,
  problemOf,
  readDay,
  sayDay,
  textOf,
  type Script,
  type Talk,
  type Thoughts,
} from "./talk.ts";

const whatDate = /What date would you like\?/;
const shallISend = /Shall I send this to our travel desk\?/;

const flight = /\bflight(?: from (\w+))? to (\w+)/i;

/** A company's travel desk: collects where and when, and opens a ticket for it. */
export const travelScript: Script = { tool: "create_ticket", think };

function think(talk: Talk): Thoughts | string | undefined {
  const { said, before } = talk;
  if (shallISend.test(before) && isYes(said)) return openTicket(talk);
  if (whatDate.test(before)) return confirm(talk);
  if (flight.test(said)) return askDate(said);
  return /^\W*(?:hello|hi|hey)\W*$/i.test(said) ? greet() : undefined;
}

function greet(): string {
  return "Hello! How can I help you today?";
}

function askDate(said: string): string {
  return `I can help you book a flight to ${flight.exec(said)?.[2] ?? ""}. What date would you like?`;
}

function confirm(talk: Talk): string {
  const day = readDay(talk.said, talk.today);
  if (day === undefined) return "I did not understand the day. What date would you like?";
  return `A flight to ${placeIn(talk)} on ${sayDay(day)}. Shall I send this to our travel desk?`;
}

function* openTicket(talk: Talk): Thoughts {
  const day = sayDay(readDay(answerTo(talk, whatDate) ?? "", talk.today) ?? "");
  const place = placeIn(talk);
  const ticket = yield {
    name: "create_ticket",
    arguments: { subject: `Flight to ${place} on ${day}`, description: `A flight to ${place} on ${day}.` },
  };
  const problem = problemOf(ticket);
  if (problem !== undefined) return problem;
  return `Your request is confirmed: a flight to ${place} on ${day}. It is ticket number ${textOf(ticket, "number")}.`;
}

function placeIn(talk: Talk): string {
  return flight.exec(lastSaid(talk, flight) ?? "")?.[2] ?? "";
}
