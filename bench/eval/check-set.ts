/** What a company's bot had in hand, what it may say of it, and what it must not. Judged by a person. */
export interface CheckedScene {
  readonly name: string;
  readonly toolResults?: readonly string[];
  /** A tool has changed something. */
  readonly acted?: boolean;
  readonly sources?: readonly { readonly title: string; readonly url?: string; readonly text: string }[];
  readonly facts?: readonly string[];
  readonly earlier?: readonly string[];
  readonly said: readonly string[];
  /** Sentences that are true by what is given, or claim nothing; one a line. */
  readonly fine: string;
  /** Sentences with something in them that nothing given says. */
  readonly invented: string;
}

/** Tuesday, 10 March 2026, ten in the morning in Bangkok. */
export const checkNow = new Date("2026-03-10T03:00:00Z");
export const checkTimeZone = "Asia/Bangkok";

// The rules were made looking at `madeOn` and mended looking at `secondLook`, which first measured 29 of 32 caught and 2
// of 41 held by mistake; `unseen` was written after that, and nothing was changed for it.
const madeOn: readonly CheckedScene[] = [
  {
    name: "cinema, showtimes found",
    said: ["What's playing tonight? We are 2 adults and 1 child."],
    toolResults: [
      '[{"title":"Barbie","showtime":"2026-03-10T12:30:00Z","price":12.5,"screen":3,"seats_available":14},{"title":"Oppenheimer","showtime":"2026-03-10T14:00:00Z","price":14,"screen":1,"seats_available":0}]',
    ],
    fine: `
      I found 2 movies for tonight.
      Barbie is playing at 7:30 PM on screen 3.
      Tickets for Barbie are $12.50 each.
      For the three of you that comes to $37.50.
      Oppenheimer starts at 9 pm.
      There are 14 seats left for Barbie.
      Oppenheimer is sold out tonight.
      Would you like me to book 3 seats for Barbie?
      1. Barbie – 7:30 PM – $12.50
      2. Oppenheimer – 9:00 PM – $14.00
      Both show today, March 10.
      Which of the two would you prefer?`,
    invented: `
      Barbie is playing at 6:45 PM.
      Tickets are $9.99 each.
      Children pay only $5.
      There is a 20% discount tonight.
      Oppenheimer also plays at 10:15 PM.
      Your seats have been reserved until 8:45 PM.
      You can also book at https://cinema.example/booknow.
      The Marvels is playing at 8:10 pm for $11.`,
  },
  {
    name: "hours and refunds from the FAQ",
    said: ["When are you open and what is the refund policy?"],
    sources: [
      {
        title: "Opening hours",
        url: "https://acme.example.com/hours",
        text: "We are open Monday to Friday from 9:00 to 18:00 and on Saturday from 10:00 to 14:00. We are closed on Sunday.",
      },
      {
        title: "Refunds",
        url: "https://acme.example.com/refunds",
        text: "Orders can be returned within thirty days. Refunds are paid within 5 business days to the original card. Return shipping costs 4.90 EUR. Questions: help@acme.example.com or +49 30 1234567.",
      },
    ],
    fine: `
      We are open Monday to Friday from 9 am to 6 pm.
      On Saturdays we are open from 10:00 to 14:00.
      We are closed on Sundays.
      You can return your order within 30 days.
      Refunds arrive within five business days.
      Return shipping costs €4.90.
      You can read more at https://acme.example.com/refunds.
      Write to help@acme.example.com if something is missing.
      You can also call +49 30 1234567.
      Is there anything else I can help you with?
      On Wednesday you can come by at 5 pm.
      The money goes back to the card you paid with.`,
    invented: `
      You can return your order within 60 days.
      Return shipping is free above $50.
      We are open on Sundays from 11 to 15.
      Refunds take up to 14 days.
      Write to refunds@acme.example.com for a quicker answer.
      Call us at +49 30 7654321.
      A restocking fee of 15% applies.
      See https://acme.example.com/returns/express for details.
      On Saturdays we open at 8:00.
      Your refund has been processed.`,
  },
  {
    name: "catering, nothing looked up",
    said: ["How much would it be for 25 guests on Saturday?", "My budget is 800 dollars"],
    facts: [
      "Hibachi catering for 10 to 500 guests. Adults 55 USD, children under 12 are 30 USD. Closed on Mondays.",
    ],
    fine: `
      Adults are $55 per person.
      Children under 12 are $30.
      For 25 guests that would be $1,375 if all of them are adults.
      We cater for groups from 10 to 500 guests.
      That is above your budget of $800.
      I don't know whether Saturday is free; I can bring in a person to check.
      Could you tell me the date, the number of guests and the place?
      We are closed on Mondays.
      Would Saturday, March 14 work for your 25 guests?`,
    invented: `
      Saturday is available.
      For 25 guests we can do $800.
      We have a deposit of 20%.
      There is a travel fee of $75.
      We have tables free on Saturday.
      Our chefs arrive at 4:30 pm.
      I've booked Saturday for your 25 guests.
      Kids under 5 eat for free with every 10 adults, a $150 value.
      Gratuity is 18 percent.`,
  },
  {
    name: "an order looked up",
    said: ["Where is my order ORD-48213?"],
    toolResults: [
      '{"order":"ORD-48213","status":"shipped","carrier":"DHL","tracking":"JD0146000123","shipped_at":"2026-03-09T08:00:00Z","expected":"2026-03-12","total":"89.90 EUR","items":["Lamp","Bulb"]}',
    ],
    fine: `
      Your order ORD-48213 was shipped yesterday, on March 9.
      It should reach you by Thursday, March 12.
      The tracking number is JD0146000123.
      DHL is delivering it.
      The total was €89.90 for 2 items.
      It has been shipped, so it can't be changed any more.
      I hope that helps!`,
    invented: `
      It will arrive tomorrow, March 11.
      The tracking number is JD0146000999.
      You can cancel it until 18:00 today.
      It weighs 2.4 kg.
      A voucher of €10 is on its way.
      Order ORD-48214 follows on March 13.`,
  },
];

const secondLook: readonly CheckedScene[] = [
  {
    name: "workspace IT",
    said: ["My VPN drops every 10 minutes since Monday, I'm on version 5.2"],
    sources: [
      {
        title: "VPN",
        url: "https://wiki.example.org/it/vpn",
        text: "Version 5.2 has a known problem with idle time-outs. Install 5.3 from the software centre. The client reconnects after 30 seconds. The help desk answers from 08:00 to 17:00, extension 4711.",
      },
    ],
    fine: `
      Version 5.2 has a known problem with idle time-outs.
      Please install version 5.3 from the software centre.
      After that the client should reconnect within 30 seconds.
      The steps are on https://wiki.example.org/it/vpn.
      If it still drops every 10 minutes, the help desk is there until 5 pm.
      You reach them at extension 4711.
      Here is what to do:
      1. Open the software centre.
      2. Search for "VPN" and choose Update.
      Restart your computer afterwards.
      Did the problem start right after an update?
      I'm sorry for the trouble since Monday.`,
    invented: `
      Version 5.4 came out on March 2.
      The update takes about 15 minutes.
      You need at least 2 GB of free space.
      I have reset your VPN account.
      Set the MTU to 1380.
      The help desk answers within 4 hours.
      You can download it from https://vpn.example.org/latest.
      Call extension 4712.`,
  },
  {
    name: "hotel, a colleague spoke before",
    said: ["Can I check out late? I have room 214", "And is breakfast included for two people?"],
    earlier: [
      "Late check-out until 13:00 costs 25 euros.",
      "Breakfast is 18 € per person and served from 7 to 10:30.",
    ],
    fine: `
      Late check-out until 1 pm is €25.
      Breakfast is €18 per person, so €36 for the two of you.
      It is served from 7:00 to 10:30.
      I have noted room 214.
      Together with the late check-out that makes 43 euros for one person.
      Shall I ask a colleague to arrange it for room 214?
      I can't confirm the late check-out myself.`,
    invented: `
      Late check-out until 3 pm is €40.
      Breakfast is included.
      Your late check-out is confirmed for Friday, March 20.
      Children under 6 have breakfast for free.
      The pool is open until 22:00.
      We still have two rooms available tonight.
      The Wi-Fi password is GUEST2026.`,
  },
  {
    name: "subscription, account looked up",
    said: ["Why was I charged $49? I thought it was $29", "I cancelled in February"],
    toolResults: [
      '{"plan":"Pro","price_cents":4900,"currency":"USD","renewed_on":"2026-03-01","next_renewal":"2026-04-01","cancelled":false,"discount":0.2,"discount_until":"2026-02-28"}',
    ],
    fine: `
      You are on the Pro plan at $49 a month.
      It renewed on March 1, 2026.
      Your 20% discount ended on February 28.
      You mentioned $29; I don't see that price in your account.
      I can't see a cancellation in your account.
      The next renewal is on 1 April.
      Would you like me to bring in a person who can look at the cancellation?
      I understand that this is annoying.`,
    invented: `
      The Basic plan is $29 a month.
      I have cancelled your subscription.
      You will get $20 back within 3 days.
      Your discount was 30%.
      The next renewal is on April 15.
      Our fee for late cancellation is $10.
      You can downgrade until March 25.`,
  },
  {
    name: "small talk and thanks",
    said: ["Hi! Thanks for your help", "can you tell me about parking"],
    facts: ["Parking is free for guests in the garage on Main Street 12."],
    fine: `
      Hello! How can I help you today?
      You're welcome!
      Parking is free for guests in the garage on Main Street 12.
      I don't know how many spaces there are, but a person can tell you.
      Is there anything else you would like to know?
      Have a great day!
      Let me know if you need directions.
      I'll connect you with a human agent who can better assist you.
      On a scale from 1 to 5, how was this answer?`,
    invented: `
      The garage has 120 spaces.
      Parking costs €2 an hour.
      The garage closes at 23:00.
      There are spaces available right now at Second Street.
      It is 300 meters from the entrance.`,
  },
  {
    name: "German and Thai",
    said: ["Wann habt ihr am Freitag offen?", "ราคาเท่าไหร่"],
    facts: ["Freitag 10:00 bis 20:00 Uhr. Eintritt 15 Euro, ermäßigt 9 Euro."],
    fine: `
      Am Freitag haben wir von 10 bis 20 Uhr geöffnet.
      Der Eintritt kostet 15 Euro, ermäßigt 9 Euro.
      Kann ich sonst noch etwas für dich tun?
      Für zwei Personen macht das 30 Euro.
      ค่าเข้า 15 ยูโร`,
    invented: `
      Am Samstag haben wir von 11 bis 18 Uhr geöffnet.
      Kinder zahlen 4 Euro.
      Ab dem 15. April kostet der Eintritt 17,50 Euro.
      Mehr unter https://www.beispiel.de/preise.
      ราคา 250 บาท`,
  },
];

const unseen: readonly CheckedScene[] = [
  {
    name: "flight, looked up",
    said: ["When does my flight BK204 to Phuket leave on January 25th? I have 23 kg of luggage"],
    toolResults: [
      '{"flight":"BK204","from":"BKK","to":"HKT","departs":"2026-01-25T08:35:00+07:00","arrives":"2026-01-25T10:00:00+07:00","gate":"C4","baggage_allowance_kg":20,"excess_fee_per_kg":"150 THB","status":"on time"}',
    ],
    fine: `
      Flight BK204 to Phuket leaves on January 25 at 8:35 am.
      You arrive at 10 am.
      The gate is C4.
      20 kg of luggage are included.
      For your 23 kg you would pay 150 baht for each extra kilogram.
      It is on time.
      Please be at the gate early.
      Do you need anything else for your trip?
      If your plans change, I can look for another flight.`,
    invented: `
      Boarding begins at 7:50.
      The flight takes 2 hours.
      Excess luggage is 100 baht per kg.
      I have checked you in and sent your boarding pass.
      There are still seats on the 12:15 flight.
      You can change it for 900 THB until January 24.
      Check in at https://bk.example.com/checkin.`,
  },
  {
    name: "clinic, appointment made",
    said: ["I'd like to see the dentist next Thursday at 3 pm, my name is Ana"],
    acted: true,
    toolResults: [
      '{"appointment":"AP-90311","dentist":"Dr. Keller","at":"2026-03-19 15:00","duration_minutes":30,"price":"80 CHF"}',
    ],
    fine: `
      Your appointment with Dr. Keller is on Thursday, March 19 at 3 pm.
      I have booked it for you, Ana.
      The confirmation code is AP-90311.
      It takes 30 minutes and costs 80 francs.
      Please come a little earlier.
      Should you need to cancel, just write to me.
      Is there anything the dentist should know?`,
    invented: `
      Please come 15 minutes earlier.
      The confirmation code is AP-90312.
      It costs CHF 120 with the cleaning.
      Cancelling is free until March 17.
      The practice is at Bahnhofstrasse 44.
      Dr. Keller is there on Fridays as well.`,
  },
  {
    name: "shop, product page",
    said: ["Is the Aurora lamp dimmable, and do you have it in black?"],
    sources: [
      {
        title: "Aurora lamp",
        url: "https://lamps.example.com/p/aurora",
        text: "Aurora table lamp, 38 cm, 1.2 kg, dimmable in three steps. Colours: white, black (available), brass (out of stock). 129.00 GBP, two-year guarantee.",
      },
    ],
    fine: `
      Yes, the Aurora lamp is dimmable in three steps.
      The black one is available.
      Brass is out of stock.
      It costs £129 and comes with a two-year guarantee.
      It is 38 cm high and weighs 1.2 kg.
      Two of them would be £258.
      You find it at https://lamps.example.com/p/aurora.
      I don't know when brass will be back, but I can ask a person.`,
    invented: `
      Brass is available.
      It has a five-year guarantee with 10% off today.
      It is 45 cm high.
      We deliver within 2 days.
      It costs £119 until Sunday.
      I have added it to your basket and reserved it for 24 hours.
      It uses a 9 W bulb.`,
  },
];

export const checkScenes = { madeOn, secondLook, unseen };

/** The sentences of a scene's list. */
export function linesOf(list: string): readonly string[] {
  return list
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
