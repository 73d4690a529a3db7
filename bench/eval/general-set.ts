import type { GeneralIntent } from "../../src/guard/understanding/general-phrases.ts";

const messages: Readonly<Record<GeneralIntent, string>> = {
  greeting: `
    hello bot
    Hi team!
    hey there, good day
    good evening everyone
    Hallo zusammen
    Hola, buenas noches`,
  goodbye: `
    ok bye then
    see you next week
    that was all, have a good one
    good night and take care
    Tschüss und danke`,
  chitchat: `
    thank you very much!
    many thanks
    that's great
    are you human?
    tell me something funny
    how's your day going?
    Danke dir`,
  booking: `
    I'd like to reserve a table for Saturday
    can you book us a hotel in Rome
    please schedule a haircut for tomorrow at 3
    I want two tickets for the late show
    need a flight to Madrid on Monday
    we would like to book catering for our wedding
    Ich würde gerne einen Termin buchen`,
  transaction: `
    please cancel the order I placed yesterday
    I need my money back for the second ticket
    move my booking from Friday to Sunday
    can you change the delivery address
    track order 48812
    please update the phone number on my account
    upgrade me to the premium plan
    has my package shipped`,
  support: `
    the app does not start anymore
    I can't sign in to my account
    I keep getting an error at checkout
    can somebody help me with a problem
    my headset is not working
    the page is blank after the update
    login fails every time`,
  information: `
    what time do you close on Saturday
    how much is the family ticket
    do you deliver on weekends
    is there wheelchair access
    what is your policy on late cancellations
    how do I set up the vpn
    where can I park
    what does the pro plan include`,
  complaint: `
    your service is awful and I am really angry
    I am very disappointed with the food
    this is the worst company I ever dealt with
    I want to file a formal complaint about the driver
    the waiter was rude and nobody apologized
    this is a joke, three weeks and no answer`,
  human: `
    can I talk to someone please
    give me a real person
    I want to speak to an agent
    transfer me to customer service
    let me talk to your manager
    no more bot, human please`,
};

/** Messages nobody trained on, each with the general intent a person would give it. */
export const generalSet: readonly { readonly text: string; readonly intent: string }[] = Object.entries(
  messages,
).flatMap(([intent, lines]) =>
  lines
    .split("\n")
    .map((line) => ({ text: line.trim(), intent }))
    .filter(({ text }) => text !== ""),
);
