import { z } from "zod";
import { plainText } from "../../src/core/plain-text.ts";
import type { Show } from "./cinema-shows.ts";

/** US dollars as people write them: $22, $13.50. */
export function toPrice(amount: number): string {
  return `$${Number.isInteger(amount) ? amount : amount.toFixed(2)}`;
}

/** What tools tell of a show. */
export const toldShow = z.object({
  show_id: z.int(),
  movie_id: z.int(),
  title: z.string(),
  theater: z.string(),
  city: z.string(),
  screen_type: z.enum(["IMAX", "4DX", "Regular"]),
  date: z.string(),
  time: z.string(),
  price: z.number(),
  seats_left: z.int(),
});
export type ToldShow = z.output<typeof toldShow>;

export function toToldShow(show: Show): ToldShow {
  const { show_id, movie_id, title, theater, area, city, screen_type, date, time, price, seats_left } = show;
  const where = area === city ? city : `${area}, ${city}`;
  return { show_id, movie_id, title, theater, city: where, screen_type, date, time, price, seats_left };
}

/**
 * Shows as a numbered CommonMark list with time and price, so that people can answer by number, name or time.
 * The theater stands in every line, the day only where the list has more than one.
 */
export function listShows(shows: readonly ToldShow[]): string {
  const days = new Set(shows.map(({ date }) => date));
  return shows
    .map((show, index) => {
      const { title, theater, screen_type: screen, time, date, price } = show;
      const day = days.size > 1 ? `${date} ` : "";
      const room = screen === "Regular" ? "" : ` (${screen})`;
      return `${index + 1}. **${plainText(title)}**${room}: ${plainText(theater)}, ${day}${time}, ${toPrice(price)}`;
    })
    .join("\n");
}
