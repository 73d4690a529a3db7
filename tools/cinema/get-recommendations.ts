import { z } from "zod";
import { plainText } from "../../src/core/plain-text.ts";
import type { TenantData } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool, lookUp } from "../../src/core/tool.ts";
import type { CinemaShows, Show } from "./cinema-shows.ts";
import { addDays } from "./read-when.ts";
import { toldShow, toToldShow } from "./show-lists.ts";

const mostMovies = 3;

const recommendation = z.object({
  movie_id: z.int(),
  title: z.string(),
  genres: z.array(z.string()),
  rating: z.number(),
  reason: z.string(),
  next_show: toldShow,
});
type Recommendation = z.output<typeof recommendation>;

interface Past {
  readonly movie_id: number;
  readonly title: string;
  readonly genres: readonly string[];
}

/** Movies that play soon, those first that are like what the caller booked before. */
export function getRecommendationsTool({ data, shows }: { data: TenantData; shows: CinemaShows }): Tool {
  return defineTool({
    name: "get_recommendations",
    description: "Recommends movies to the person in this conversation by what they booked before.",
    input: z.strictObject({
      user_id: z.int().optional().describe("Leave out: it is the person in this conversation"),
    }),
    output: z.object({ recommendations: z.array(recommendation), list: z.string() }),
    roles: ["customer", "staff", "admin"],
    ...lookUp,
    async run(_, { tenantId, contactId, now }) {
      const { today } = await shows.open(tenantId, now);
      const next = await shows.between(tenantId, { from: today, to: addDays(today, 1), now });
      const past = await data.statement<Past>(tenantId, {
        text: `SELECT DISTINCT m.id AS movie_id, m.title, m.genres FROM bookings b JOIN shows s ON s.id = b.show_id
                 JOIN movies m ON m.id = s.movie_id
                WHERE b.user_id = $1 AND b.kind = 'show' AND b.status = 'confirmed' ORDER BY m.id`,
        values: [contactId],
      });
      const recommendations = recommend(next, past);
      return { recommendations, list: listMovies(recommendations) };
    },
  });
}

/** New movies before seen ones are left out; more genres in common first, then the better rated. */
function recommend(next: readonly Show[], past: readonly Past[]): Recommendation[] {
  const seen = new Set(past.map(({ movie_id: id }) => id));
  const firstShows = [...Map.groupBy(next, ({ movie_id: id }) => id).values()].flatMap((ofMovie) =>
    ofMovie.slice(0, 1),
  );
  return firstShows
    .filter(({ movie_id: id }) => !seen.has(id))
    .map((show) => ({ show, like: findAlike(show, past) }))
    .toSorted((one, other) => other.like.shared - one.like.shared || other.show.rating - one.show.rating)
    .slice(0, mostMovies)
    .map(({ show, like }) => ({
      movie_id: show.movie_id,
      title: show.title,
      genres: [...show.genres],
      rating: show.rating,
      reason: like.movie === undefined ? `rated ${show.rating}` : `like ${like.movie.title}`,
      next_show: toToldShow(show),
    }));
}

function findAlike(show: Show, past: readonly Past[]): { shared: number; movie: Past | undefined } {
  const counted = past.map((movie) => ({
    movie,
    shared: movie.genres.filter((genre) => show.genres.includes(genre)).length,
  }));
  const best = counted.toSorted((one, other) => other.shared - one.shared)[0];
  return best === undefined || best.shared === 0 ? { shared: 0, movie: undefined } : best;
}

function listMovies(recommendations: readonly Recommendation[]): string {
  if (recommendations.length === 0) return "There is nothing new to recommend right now.";
  return recommendations
    .map(({ title, genres, reason, next_show: { theater, time } }, index) => {
      const about = `${genres.join(", ")}; ${plainText(reason)}`;
      return `${index + 1}. **${plainText(title)}** (${about}): ${plainText(theater)}, ${time}`;
    })
    .join("\n");
}
