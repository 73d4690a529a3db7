/** A message and the model it needs, judged by a person who reads support mail. */
export interface RoutedMessage {
  readonly text: string;
  readonly tier: "simple" | "complex";
}

// The signs of the router were chosen looking at `chosenOn` only; `unseen` is what counts.
const chosenOn = {
  simple: `
    Hello
    Thanks!
    What are your opening hours?
    Where is my order?
    Cancel my booking please
    How much is a ticket?
    Do you deliver to Canada?
    I need help
    What's the wifi password?
    Book a table for two tonight
    Is there parking?
    Reset my password
    Can I pay with PayPal?
    My card was declined
    When does the movie start?
    I want to talk to a human
    What is your refund policy?
    How do I change my address?
    Show my last invoice
    Do you have vegetarian dishes?
    Are you open on Mondays?
    I forgot my pin
    Who is on call today?
    How many vacation days do I have left?
    Track ORD-1234
    Please send me the receipt again
    What is the price for 25 people?
    Can I bring my dog?
    Two seats for the 7pm show please
    The app crashes when I open it`,
  complex: `
    Compare the Pro and the Enterprise plan and tell me which one fits a team of 40 with two offices
    Why was I charged twice this month even though I cancelled in March?
    If I upgrade now, do I lose my discount, and what happens to the invoices I already paid?
    Plan a three-day menu for 80 guests, ten of them vegan, for under 30 dollars a head
    Summarize this thread and draft a reply to the customer
    I tried resetting the router and reinstalling the VPN but it still drops every ten minutes since the update on Monday
    Explain how your billing works when we add users in the middle of a month
    Calculate what we would save if we moved half of our seats to the yearly plan
    Write an apology to the guest whose order was late, and offer something suitable
    Which of these three dates works best for the whole team and the chef?
    We have two bookings on Friday; move the first to Saturday only if there is a table by the window, otherwise cancel both
    Analyze last month's tickets and tell me the main reasons people complain
    Walk me through migrating our workspace from Slack to Teams
    What would be the cheapest way to get six people from Bangkok to Phuket with luggage?
    Can you reconcile the invoice of May with what we actually ordered and tell me where the difference comes from?
    Translate the cancellation policy into German and make it friendlier
    What are the pros and cons of self-hosting compared to your cloud?
    My export fails with TypeError: cannot read properties of undefined at run (/app/export.js:12), what is wrong?
    I need a refund for one of the four tickets, but keep the other seats together and change the name on the second one
    Help me choose between the two insurance options for my parents
    Recommend a film for kids aged 5 and 11 that both would like and that ends before eight
    Forecast our catering revenue for next quarter from the bookings so far
    Our order arrived with two items missing, one broken, and the invoice shows a different amount than the confirmation; what should we do first?
    Prepare a schedule for the staff for next week so that nobody works more than five days
    What happens to my data if I delete my account, and how long do you keep the invoices and the chat logs?
    Design a loyalty program for our cinema
    Why is the dashboard slower since the last release, and which queries are the cause?
    Assuming we get 300 guests, is one grill enough or do we need two, and how much staff?
    Create a report of all refunds above 100 dollars with their reasons
    Evaluate whether this contract clause allows us to cancel early`,
};

const unseen = {
  simple: `
    Hi there
    ok great
    What's your phone number?
    Has my package shipped?
    I'd like to cancel my subscription
    Do you offer student discounts?
    Where are you located?
    What time do you close on Sunday?
    How long does shipping take?
    Reserve four seats for tomorrow evening
    Is breakfast included?
    Change my email to anna@example.com
    My printer is not working
    I didn't get the confirmation email
    How do I reset my PIN?
    Can I get an invoice?
    What's playing tonight?
    Do I need an ID to enter?
    Please call me back
    Which languages do you support?
    How can I delete my account?
    The page does not load
    Are there gluten-free options?
    Send me the link to the form
    When is payday?
    Is the pool open?
    I lost my card
    Bye, have a nice day
    Add one more guest to my booking
    What does the basic plan cost?
    Can I change the date of my flight?
    Who approves my vacation?`,
  complex: `
    Which plan should I take if I have 12 users now and expect 50 by the end of the year?
    Explain the difference between the two charges on my statement and whether I can dispute one of them
    Draft an announcement for the team about the new holiday policy
    I already cleared the cache and tried another browser, but the checkout still loops back to the cart
    Put together an itinerary for five days in Thailand with two kids and not too much driving
    Why do the numbers in the sales report differ from the ones in the dashboard?
    If the event is cancelled because of rain, do we get the deposit back, and can we use it for another date?
    Calculate the total for 35 adults and 12 children with the weekend rate and a 10 percent discount
    Help me plan a birthday dinner for 25 with a vegetarian menu and a budget of 800 dollars
    Cancel my Friday booking, move Saturday's to Sunday, and tell me what the fees are
    Rewrite this paragraph so that it sounds less aggressive
    Suggest three ways to reduce our no-show rate and estimate their effect
    Investigate why customers from Germany cannot pay since Tuesday
    What is the best option for a team that travels a lot but wants to keep the costs fixed?
    Break down last quarter's costs by department and highlight what changed
    My flight was delayed by six hours, the hotel was lost and I paid a taxi myself: what can I claim, from whom, and how?
    Walk me through the setup of single sign-on with Azure step by step
    Diagnose this log: {"level":"error","msg":"connect ETIMEDOUT","host":"db-1"}
    Can you check whether the new contract is better for us than the old one, especially the notice period?
    Estimate how much food we need for 120 people if a third are children
    We were promised a discount by your colleague, it does not show on the invoice, and accounting needs it corrected before Friday; how do we proceed?
    Turn these notes into minutes with action items
    Should I refinance now or wait until my fixed period ends?
    Find a slot next week when all five of us are free and book the big room, unless Marta is away, then use the small one
    Tell me which of my subscriptions I do not use and cancel them after I confirm
    How would moving to annual billing change our cash flow over the next two years?
    Describe how your encryption works and where the keys are stored
    Outline a training for new waiters with what they must know on day one, week one and month one
    Is it cheaper to buy two day passes or a weekly pass when I come three times with a friend?
    Sort these complaints by urgency and propose an answer to each`,
};

/** Messages the router was made on, and messages it was not. */
export const routerSets = { chosenOn: toMessages(chosenOn), unseen: toMessages(unseen) };

function toMessages(set: Readonly<Record<RoutedMessage["tier"], string>>): RoutedMessage[] {
  return (["simple", "complex"] as const).flatMap((tier) =>
    set[tier]
      .split("\n")
      .map((line) => ({ text: line.trim(), tier }))
      .filter(({ text }) => text !== ""),
  );
}
