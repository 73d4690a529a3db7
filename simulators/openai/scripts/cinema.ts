import type { ScriptedToolCall } from "../answer.ts";
import {
  answerTo,
  isYes,
  lastSaid,
  listOf,
  numberOf,
  problemOf,
  textOf,
  toDollars,
  type Script,
  type Talk,
  type Thoughts,
  type Told,
} from "./talk.ts";

const whichShow = /Which would you like to book\?/;
const howMany = /How many tickets/;
const whichSeats = /Which seats/;
const shallIBook = /Shall I book/;
const shallICancel = /Shall I cancel/;

const wish = /\b(?:watch|see a|movies?|films?|funny|something to see)\b/i;

/** A movie ticket clerk: finds shows, shows the seats, holds them, sends to the payment page, cancels. */
export const cinemaScript: Script = { tool: "search_movies", think };

function think(talk: Talk): Thoughts | undefined {
  const { said, before } = talk;
  if (shallICancel.test(before) && isYes(said)) return cancel(before);
  if (shallIBook.test(before) && isYes(said)) return book(talk);
  if (whichSeats.test(before)) return confirm(talk);
  if (howMany.test(before)) return showSeats(talk);
  if (/\bcancel\b/i.test(said)) return offerToCancel();
  if (/\b(?:status|my bookings?|my tickets?)\b/i.test(said)) return tellBookings();
  if (/\bpaid\b/i.test(said)) return tellPayment(before);
  if (/\brecommend/i.test(said)) return recommend();
  if (wish.test(said)) return tellShows(talk);
  return whichShow.test(before) ? askHowMany(talk) : undefined;
}

function* tellShows(talk: Talk): Thoughts {
  const found = yield search(talk);
  const shows = showsOf(found);
  const problem = problemOf(found) ?? (shows.length === 0 ? textOf(found, "list") : undefined);
  if (problem !== undefined) return problem;
  const screen = screenIn(talk.said);
  const kind = screen === undefined ? "" : `${screen} `;
  return `I found ${shows.length} ${kind}${shows.length === 1 ? "showtime" : "showtimes"}:\n\n${textOf(found, "list")}\n\nWhich would you like to book?`;
}

function* askHowMany(talk: Talk): Thoughts {
  const found = yield search(talk);
  const show = pickShow(found, talk.said);
  if (show === undefined) return "I could not tell which one you mean. Which would you like to book?";
  return `${sayShow(show)}. How many tickets would you like?`;
}

function* showSeats(talk: Talk): Thoughts {
  const show = pickShow(yield search(talk), chosen(talk));
  const tickets = ticketsIn(talk.said);
  if (show === undefined || Number.isNaN(tickets)) return "How many tickets would you like?";
  const room = yield checkSeats(show);
  const total = numberOf(show, "price") * tickets;
  return `${tickets} tickets, total ${toDollars(total)}.\n\n${textOf(room, "map")}\n\nWhich seats would you like?`;
}

function* confirm(talk: Talk): Thoughts {
  const show = pickShow(yield search(talk), chosen(talk));
  if (show === undefined) return "Which would you like to book?";
  const seats = seatsIn(yield checkSeats(show), talk.said);
  if (seats.length === 0) return "I don't see these among the free seats. Which seats would you like?";
  const total = toDollars(numberOf(show, "price") * seats.length);
  return `${sayShow(show)}, seats ${seats.map((seat) => textOf(seat, "label")).join(", ")}: total ${total}. Shall I book them?`;
}

function* book(talk: Talk): Thoughts {
  const show = pickShow(yield search(talk), chosen(talk));
  if (show === undefined) return "Which would you like to book?";
  const seats = seatsIn(yield checkSeats(show), answerTo(talk, whichSeats) ?? "");
  const booking = yield {
    name: "create_booking",
    arguments: {
      show_id: numberOf(show, "show_id"),
      seat_ids: seats.map((seat) => numberOf(seat, "seat_id")),
    },
  };
  const problem = problemOf(booking);
  if (problem !== undefined) return `${problem} Which seats would you like?`;
  const labels = Array.isArray(booking["seats"]) ? booking["seats"].join(", ") : "";
  return `Seats ${labels} are held for you until ${textOf(booking, "pay_before")}. Please pay ${toDollars(numberOf(booking, "total"))} here: <${textOf(booking, "payment_url")}>\n\nYour booking is confirmed here as soon as it is paid.`;
}

function* tellBookings(): Thoughts {
  const mine = yield { name: "get_user_bookings", arguments: {} };
  const bookings = listOf(mine, "bookings");
  return bookings.length === 0 ? textOf(mine, "list") : bookings.map(sayBooking).join("\n\n");
}

function* offerToCancel(): Thoughts {
  const mine = yield { name: "get_user_bookings", arguments: {} };
  const booking = listOf(mine, "bookings").find((one) => one["cancellable"] === true);
  if (booking === undefined) return "I see no booking of yours that can still be cancelled.";
  const refund = toDollars(numberOf(booking, "total"));
  return `Yes: ${sayBooking(booking)} You would get a full refund of ${refund}. Shall I cancel it?`;
}

function* cancel(before: string): Thoughts {
  const code = codeIn(before);
  const cancelled = yield { name: "cancel_booking", arguments: { booking_id: code } };
  return problemOf(cancelled) ?? textOf(cancelled, "message");
}

function* tellPayment(before: string): Thoughts {
  const mine = yield { name: "get_user_bookings", arguments: {} };
  const code = codeIn(before) || textOf(listOf(mine, "bookings")[0], "booking_id");
  const booking = yield { name: "get_booking_status", arguments: { booking_id: code } };
  return problemOf(booking) ?? sayBooking(booking);
}

function* recommend(): Thoughts {
  const tips = yield { name: "get_recommendations", arguments: {} };
  return problemOf(tips) ?? textOf(tips, "list");
}

function search(talk: Talk): ScriptedToolCall {
  const text = wish.test(talk.said) ? talk.said : (lastSaid(talk, wish) ?? talk.said);
  const place = /\b(?:near|around|in) (downtown|westside|[A-Z]\w+ (?:Center|West|Downtown))/i.exec(text)?.[1];
  const date = /\b(tonight|today|tomorrow)\b/i.exec(text)?.[1]?.toLowerCase();
  const screen = screenIn(text);
  const query = text.replace(/\b(?:near|around|in) (?:downtown|westside|imax|4dx)\b/gi, "").trim();
  return {
    name: "search_movies",
    arguments: {
      query,
      ...(place !== undefined && { city: place }),
      ...(date !== undefined && { date }),
      ...(screen !== undefined && { screen_type: screen }),
    },
  };
}

function checkSeats(show: Told): ScriptedToolCall {
  return { name: "check_seat_availability", arguments: { show_id: numberOf(show, "show_id") } };
}

function screenIn(text: string): "IMAX" | "4DX" | undefined {
  return /\bimax\b/i.test(text) ? "IMAX" : /\b4dx\b/i.test(text) ? "4DX" : undefined;
}

function showsOf(found: Told): readonly Told[] {
  return listOf(found, "movies").flatMap((movie) => listOf(movie, "shows"));
}

function chosen(talk: Talk): string {
  return answerTo(talk, whichShow) ?? "";
}

/** By title and time together, else by its number in the list. */
function pickShow(found: Told, said: string): Told | undefined {
  const shows = showsOf(found);
  const time = /\b(\d{1,2})[:.](\d{2})/.exec(said);
  const fits = shows.filter(
    (show) =>
      said.toLowerCase().includes(textOf(show, "title").toLowerCase()) &&
      (time === null || textOf(show, "time").startsWith(`${time[1]}:${time[2]}`)),
  );
  if (fits.length > 0) return fits[0];
  const number = /^\D*(\d{1,2})\D*$/.exec(said)?.[1];
  return number === undefined ? undefined : shows[Number(number) - 1];
}

function seatsIn(room: Told, said: string): readonly Told[] {
  const wanted = new Set(said.toUpperCase().match(/\b[A-H]\d{1,2}\b/g) ?? []);
  return listOf(room, "seats").filter((seat) => wanted.has(textOf(seat, "label")));
}

function ticketsIn(said: string): number {
  return Number(/\d{1,2}/.exec(said)?.[0] ?? Number.NaN);
}

function codeIn(text: string): string {
  return /\b[A-Z]{3}\d{3}\b/.exec(text)?.[0] ?? "";
}

function sayShow(show: Told): string {
  return `${textOf(show, "title")} at ${textOf(show, "time")}, ${textOf(show, "theater")}`;
}

function sayBooking(booking: Told): string {
  const status = textOf(booking, "status");
  const seats = Array.isArray(booking["seats"]) ? booking["seats"].join(", ") : "";
  const words = `**${textOf(booking, "title")}**, ${textOf(booking, "theater")}, ${textOf(booking, "date")} at ${textOf(booking, "time")}`;
  const where = seats === "" ? "" : `, seats ${seats}`;
  return `${words}${where}. ${status.slice(0, 1).toUpperCase()}${status.slice(1)}, code ${textOf(booking, "booking_id")}.`;
}
