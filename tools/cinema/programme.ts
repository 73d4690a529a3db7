/** What is shown in the demo cinema: the same every day, so that a show's id follows from its day and its place here. */
export const movies = [
  {
    id: 1,
    title: "Avengers",
    genres: ["action", "superhero", "science fiction"],
    moods: ["exciting", "epic", "spectacular"],
    synopsis: "Earth's mightiest heroes must learn to fight as a team.",
    minutes: 143,
    rating: 8.0,
  },
  {
    id: 2,
    title: "Barbie",
    genres: ["comedy", "fantasy"],
    moods: ["funny", "colorful", "light", "laugh"],
    synopsis: "Barbie leaves her perfect world and finds out what the real one is like.",
    minutes: 114,
    rating: 6.8,
  },
  {
    id: 3,
    title: "The Hangover",
    genres: ["comedy"],
    moods: ["funny", "wild", "laugh"],
    synopsis: "Three friends look for the groom they lost in Las Vegas.",
    minutes: 100,
    rating: 7.7,
  },
  {
    id: 4,
    title: "Dune",
    genres: ["science fiction", "adventure"],
    moods: ["epic", "spectacular", "serious"],
    synopsis: "A noble family is entrusted with the desert planet everybody wants.",
    minutes: 155,
    rating: 8.0,
  },
  {
    id: 5,
    title: "Oppenheimer",
    genres: ["drama", "history"],
    moods: ["serious", "thoughtful"],
    synopsis: "The physicist who built the bomb, and what it made of him.",
    minutes: 180,
    rating: 8.3,
  },
  {
    id: 6,
    title: "Spider-Man: Across the Spider-Verse",
    genres: ["animation", "superhero", "family"],
    moods: ["colorful", "exciting", "kids"],
    synopsis: "Miles Morales meets all the other Spider-People, and they do not agree with him.",
    minutes: 140,
    rating: 8.5,
  },
] as const;

export const theaters = [
  { id: 1, name: "AMC Downtown", area: "Downtown", city: "Springfield", address: "12 Main Street" },
  { id: 2, name: "Regal Center", area: "Downtown", city: "Springfield", address: "80 Center Plaza" },
  { id: 3, name: "Cinema West", area: "Westside", city: "Springfield", address: "5 Orchard Road" },
] as const;

/** A day's shows by their place in the day; places never move, new ones are added at the end. */
export const slots = [
  { movie: 1, theater: 1, screen: "IMAX", at: "19:00", price: 22 },
  { movie: 1, theater: 2, screen: "IMAX", at: "21:30", price: 24 },
  { movie: 1, theater: 1, screen: "Regular", at: "20:00", price: 18 },
  { movie: 2, theater: 1, screen: "Regular", at: "19:30", price: 14 },
  { movie: 2, theater: 1, screen: "Regular", at: "21:45", price: 14 },
  { movie: 3, theater: 2, screen: "Regular", at: "20:00", price: 13 },
  { movie: 2, theater: 1, screen: "Regular", at: "14:15", price: 11 },
  { movie: 4, theater: 2, screen: "IMAX", at: "16:30", price: 21 },
  { movie: 4, theater: 3, screen: "4DX", at: "20:15", price: 25 },
  { movie: 5, theater: 3, screen: "Regular", at: "19:00", price: 15 },
  { movie: 6, theater: 1, screen: "4DX", at: "16:00", price: 20 },
  { movie: 6, theater: 3, screen: "Regular", at: "15:00", price: 11 },
] as const;

/** Ten seats a row; a seat's id is the row's number times a hundred and the seat's: A5 is 105. */
export const rows = ["A", "B", "C", "D", "E", "F", "G", "H"] as const;
const seatsInRow = 10;

/** Every seat of a room, front to back, left to right. */
export function seatsOfRoom(): { id: number; row: string; number: number }[] {
  return rows.flatMap((row, index) =>
    Array.from({ length: seatsInRow }, (_, at) => ({
      id: (index + 1) * 100 + at + 1,
      row,
      number: at + 1,
    })),
  );
}

const firstDay = Date.UTC(2024, 0, 1);
const oneDayMs = 24 * 60 * 60 * 1000;

/** The id of the first show of a day (YYYY-MM-DD); the others follow it, slot by slot. */
export function showIdBase(day: string): number {
  return ((Date.parse(`${day}T00:00:00Z`) - firstDay) / oneDayMs) * 100 + 1;
}

/** Whether the box office sold a seat before anybody asked us. The two front rows stay free but for two seats. */
export function isSoldAtBoxOffice(showId: number, seatId: number): boolean {
  if (seatId < 300) return seatId === 101 || seatId === 102;
  // A hash with no meaning but its spread (Knuth's multiplicative constant).
  const mixed = Math.imul(showId * 1_009 + seatId, 2_654_435_761) >>> 0;
  return mixed % 100 < 22;
}
