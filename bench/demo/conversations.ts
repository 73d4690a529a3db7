/** What a person does next, and what must stand in the answer, with a model and without one. */
export interface Step {
  /** In words; `pay` presses the button on the payment page the bot gave. */
  readonly does: { readonly says: string } | "pay";
  readonly finds: readonly RegExp[];
}

/** One conversation from its first word. */
export interface Conversation {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** The demo companies, by the names of their files in `config/`. */
export const demoCompanies = ["cinema", "catering", "support", "example"] as const;
export type DemoCompany = (typeof demoCompanies)[number];

const says = (text: string, ...finds: RegExp[]): Step => ({ does: { says: text }, finds });
const pays = (...finds: RegExp[]): Step => ({ does: "pay", finds });

/** The day somebody asks the caterer for: the caterer rests on Mondays. */
const event = new Date(Date.UTC(nextYearOf(5, 15), 5, 15)).getUTCDay() === 1 ? "June 16" : "June 15";

/** What is said to which company. Whoever has never booked finds a booking of theirs, to try things on. */
export const conversations: Readonly<Record<DemoCompany, readonly Conversation[]>> = {
  cinema: [
    {
      title: "Avengers in IMAX",
      steps: [
        says(
          "I want to watch Avengers tonight in IMAX near downtown",
          /2 IMAX showtimes/,
          /AMC Downtown,? 7:00 PM,? \$22/,
          /Regal Center,? 9:30 PM,? \$24/,
          /Which would you like to book\?/,
        ),
      ],
    },
    {
      title: "a booking is looked up and cancelled",
      steps: [
        says(
          "What's the status of my booking for tonight?",
          /Avengers/,
          /AMC Downtown/,
          /8:00 PM/,
          /B7, B8/,
          /Confirmed/,
          /XYZ789/,
        ),
        says("Can I cancel that?", /full refund of \$36/, /\?/),
        says("Yes cancel it", /cancelled/, /\$36/, /3–5 days/),
      ],
    },
    {
      title: "something funny, for two",
      steps: [
        says(
          "I want to watch something funny tonight",
          /Barbie: AMC Downtown,? 7:30 PM,? \$14/,
          /Barbie: AMC Downtown,? 9:45 PM/,
          /The Hangover: Regal Center,? 8:00 PM/,
        ),
        says("Barbie at 7:30 sounds good", /How many tickets/),
        says("2", /2 tickets, total \$28/, /SCREEN/, /Which seats/),
        says("A5, A6", /A5, A6/, /total \$28/, /\?/),
        says("yes", /A5, A6 are held/, /pay \$28 here/, /\/pay\//),
        pays(/Booking confirmed/, /ABC123/),
      ],
    },
  ],
  catering: [
    {
      title: "what it costs",
      steps: [says("What's the price for 25 people?", /\$25/, /\$35/, /\$625/, /\$875/, /50%/)],
    },
    {
      title: "an inquiry",
      steps: [
        says(
          `I want to book for ${event}th, 30 people`,
          new RegExp(`${event}.* is free for 30 guests`),
          /your name\?/,
        ),
        says("Ana Lima", /Thank you, Ana Lima/, /phone number/),
        says("555 123 4567", /30 guests/, new RegExp(event), /Ana Lima/, /4567/, /\?/),
        says("yes", /Thank you, Ana Lima!/, /30 guests/, /with our team/),
      ],
    },
  ],
  support: [
    {
      title: "where an order is",
      steps: [
        says("Hello", /Hello! How can I help/),
        says("Where is my order?", /desk lamp/i, /Which order do you mean\?/),
        says("the desk lamp", /\d{4}/, /shipped|delivered|processing/),
      ],
    },
    {
      title: "a human, please",
      steps: [says("I want to talk to a human", /human agent|colleague|teammate|person/i)],
    },
  ],
  example: [
    {
      title: "a flight",
      steps: [
        says("Hello!", /Hello! How can I help you today\?/),
        says("Book a flight to Phuket", /What date would you like\?/),
        says("January 25th", /Phuket/, /January 25/, /\?/),
        says("yes", /confirmed/, /ticket number \d+/),
      ],
    },
  ],
};

/** The year in which a day (months from 0) comes next. */
function nextYearOf(month: number, day: number): number {
  const now = new Date();
  const thisYear = now.getUTCFullYear();
  return Date.UTC(thisYear, month, day) < now.getTime() ? thisYear + 1 : thisYear;
}
