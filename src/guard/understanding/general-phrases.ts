import type { Handling } from "../../core/understanding.ts";

/** What a message is about in the broadest sense; every tenant has these without configuring anything. */
export const generalIntents = [
  "greeting",
  "goodbye",
  "chitchat",
  "booking",
  "transaction",
  "support",
  "information",
  "complaint",
  "human",
] as const;
export type GeneralIntent = (typeof generalIntents)[number];

/** How each general intent is handled. */
export const handlingOf: Readonly<Record<GeneralIntent, Handling>> = {
  greeting: "chitchat",
  goodbye: "chitchat",
  chitchat: "chitchat",
  booking: "transaction",
  transaction: "transaction",
  support: "question",
  information: "question",
  complaint: "complaint",
  human: "human",
};

/** Example phrases, one a line: English first, then languages that cost nothing. */
export const generalPhrases: Readonly<Record<GeneralIntent, string>> = {
  greeting: `
    Hello!
    Hello there
    Hi
    Hi there, how are you?
    Hey
    Hey bot
    Hey team
    Hi everyone
    Good morning
    Good afternoon
    Good evening
    Morning!
    Greetings
    Howdy
    Hiya
    Yo
    Anyone there?
    Is anybody here?
    Are you there?
    Nice to meet you
    Hola
    Buenos días
    Buenas tardes
    Bonjour
    Salut
    Bonsoir
    Hallo
    Guten Tag
    Guten Morgen
    Moin
    Ciao
    Buongiorno
    Olá
    Bom dia
    Oi
    Goedemorgen
    Hej
    สวัสดีครับ
    สวัสดีค่ะ
    你好
    こんにちは
    مرحبا
    Привет`,
  goodbye: `
    Goodbye
    Bye
    Bye bye
    See you
    See you later
    See you tomorrow
    Talk to you later
    Have a nice day
    Have a great weekend
    That's all, bye
    That is all for now
    That's everything, thanks, bye
    Thanks, goodbye
    Good night
    Take care
    Catch you later
    Cheers, bye
    I'm done, thank you
    Nothing else, bye
    I have to go now
    Adiós
    Hasta luego
    Hasta mañana
    Au revoir
    À bientôt
    Bonne journée
    Auf Wiedersehen
    Tschüss
    Bis bald
    Schönen Tag noch
    Arrivederci
    A presto
    Até logo
    Tchau
    Tot ziens
    ลาก่อน
    再见
    さようなら`,
  chitchat: `
    Thanks
    Thank you
    Thank you so much
    Thanks a lot for your help
    Great, thanks
    Perfect
    Awesome
    Ok
    Okay
    Cool
    Got it
    Sounds good
    That was helpful
    You are great
    You're welcome
    How are you?
    How is it going?
    What's up?
    Who are you?
    Are you a robot?
    Are you a bot or a real person?
    What is your name?
    Who made you?
    How old are you?
    Tell me a joke
    Do you like music?
    Say something funny
    What do you think about football?
    What's the weather like?
    I love you
    Haha
    lol
    Nice
    No problem
    Happy birthday
    I'm bored
    Gracias
    Muchas gracias
    Merci
    Merci beaucoup
    Danke
    Vielen Dank
    Super, danke
    Grazie mille
    Obrigado
    Dank je wel
    ขอบคุณครับ
    谢谢`,
  booking: `
    Book a flight
    Book a flight from London to Paris on Friday
    I want to book a table
    Book a table for two tonight
    Can I book a room for next weekend?
    I would like to make a reservation
    Make a reservation for four people
    Reserve a table for six at 8pm
    Reserve two seats for the evening show
    I'd like to book an appointment
    Schedule an appointment for tomorrow
    Can I schedule a meeting with you next Tuesday?
    Book two tickets for the movie tonight
    I want to buy tickets for tomorrow
    Two seats for the 7pm showing please
    Can you arrange catering for 50 people?
    I want to book you for a birthday party
    We need a hotel room from Monday to Wednesday
    Please book me in for Thursday morning
    Sign me up for the class on Saturday
    I need a taxi at six
    Find me a flight to Berlin
    Can we come in on Sunday with five people?
    Get me a slot this afternoon
    Book it
    Quiero reservar una mesa
    Quiero reservar un vuelo
    Je voudrais réserver une table
    Réserver un vol pour Paris
    Ich möchte einen Tisch reservieren
    Ich möchte einen Flug buchen
    Vorrei prenotare un tavolo
    Quero reservar uma mesa
    Ik wil een tafel reserveren
    จองตั๋วเครื่องบิน
    จองโต๊ะ
    我想订票`,
  transaction: `
    Cancel my booking
    Cancel my order
    Cancel my reservation for tonight
    I want to cancel my subscription
    Please cancel it
    I want a refund
    Refund my last order
    Can you refund me?
    I'd like to return this item
    Change my booking to Friday
    Move my appointment to next week
    Reschedule my reservation
    Change my delivery address
    Update my phone number
    Update my email address
    Change my password
    Reset my password
    Upgrade my plan
    Downgrade my account to the free plan
    Pay my bill
    I want to pay my invoice
    Send money to my brother
    Transfer 100 dollars to my savings account
    Add one more person to my booking
    Remove the second item from my order
    Where is my order?
    Track my package
    What is the status of my order ORD-12345?
    Check my account balance
    Show my bookings
    Show me my last invoices
    Close my account
    Activate my card
    Order two pizzas
    I want to buy three of these
    Apply the discount code to my order
    Quiero cancelar mi pedido
    ¿Dónde está mi pedido?
    Quiero un reembolso
    Je veux annuler ma commande
    Où est ma commande ?
    Je veux un remboursement
    Ich möchte meine Bestellung stornieren
    Wo ist meine Bestellung?
    Ich möchte mein Geld zurück
    Voglio annullare il mio ordine
    Quero cancelar meu pedido
    Waar is mijn bestelling?
    ยกเลิกการจอง
    取消订单`,
  support: `
    I need help
    Can you help me?
    Help
    Help me please
    I need some assistance
    I have a problem
    I have an issue with my account
    Something is not working
    It doesn't work
    The app keeps crashing
    The website is down
    I can't log in
    I cannot access my account
    My password is not accepted
    I get an error message
    The page shows error 500
    My card was declined
    The payment failed
    I didn't receive the confirmation email
    My printer is broken
    The link you sent is broken
    The wifi is not connecting
    VPN does not connect from home
    I'm stuck at the checkout
    My screen is black
    I am locked out
    The video won't play
    The export fails every time
    How do I fix this error?
    The user agent header is rejected
    The backup agent on my server does not start
    Nothing happens when I click the button
    Necesito ayuda
    Tengo un problema
    No funciona
    No puedo iniciar sesión
    J'ai besoin d'aide
    J'ai un problème
    Ça ne marche pas
    Ich brauche Hilfe
    Ich habe ein Problem
    Es funktioniert nicht
    Ich kann mich nicht anmelden
    Ho bisogno di aiuto
    Non funziona
    Preciso de ajuda
    Não funciona
    Ik heb hulp nodig
    ช่วยด้วย
    ต้องการความช่วยเหลือ
    我需要帮助`,
  information: `
    What are your opening hours?
    When do you open?
    Are you open on Sunday?
    Where are you located?
    What is your address?
    How much does it cost?
    What's the price for 25 people?
    How much is a ticket?
    Do you have vegetarian options?
    What is on the menu?
    What movies are playing today?
    What time does the show start?
    Do you ship to Canada?
    How long does delivery take?
    What is your refund policy?
    What is your cancellation policy?
    What payment methods do you accept?
    Do you offer student discounts?
    Is parking available?
    How does it work?
    How do I create an account?
    How can I change my address?
    What is the difference between the plans?
    Which plan is best for a small team?
    Can you tell me more about your services?
    I have a question about pricing
    Is there a warranty?
    How many vacation days do we get?
    What is the policy for working from home?
    Who is responsible for payroll?
    Where can I find the handbook?
    Does it work with Windows?
    Explain how billing works
    What do you offer?
    Tell me about the premium plan
    Are pets allowed?
    I am a real estate agent and have a question
    We are a travel agency, what are your prices?
    I work as an insurance agent
    What does a service agent earn?
    I don't need a human, just the price
    Which person signed the contract?
    ¿Cuál es el horario?
    ¿Cuánto cuesta?
    ¿Dónde están ubicados?
    Quels sont vos horaires ?
    Combien ça coûte ?
    Où êtes-vous situés ?
    Wann haben Sie geöffnet?
    Was kostet das?
    Wo finde ich euch?
    Quanto costa?
    Quali sono gli orari?
    Quanto custa?
    Wat kost het?
    ราคาเท่าไหร่
    เปิดกี่โมง
    多少钱`,
  complaint: `
    I want to complain
    I want to make a complaint
    I'd like to file a complaint
    This is unacceptable
    This is ridiculous
    I am very unhappy with your service
    I am not satisfied
    Your service is terrible
    Worst experience ever
    The food was cold and awful
    The staff was rude to me
    I am extremely disappointed
    I'm fed up with this
    I have been waiting for three weeks and nobody answers
    You ruined our evening
    This is the third time this happens
    You charged me twice and nobody cares
    I will never come back
    I feel cheated
    You are useless
    This bot is useless
    What a waste of money
    That's a scam
    I'm going to leave a bad review
    My lawyer will contact you
    You people are incompetent
    The room was dirty and it smelled
    The driver was late again and did not even apologize
    I'm angry about this
    Nobody takes responsibility for this mess
    Quiero presentar una queja
    Esto es inaceptable
    Pésimo servicio
    Je veux faire une réclamation
    C'est inacceptable
    Service horrible
    Ich möchte mich beschweren
    Das ist eine Frechheit
    Sehr schlechter Service
    Voglio fare un reclamo
    È inaccettabile
    Quero fazer uma reclamação
    Ik wil een klacht indienen
    บริการแย่มาก
    我要投诉`,
  human: `
    I want to talk to a human
    Talk to a human
    Let me speak to a person
    Can I speak to a real person?
    Connect me with an agent
    Connect me to support staff
    I need a human agent
    Transfer me to a representative
    Get me a representative
    Customer service representative please
    I want to speak with someone
    Can someone call me?
    Please call me back
    Operator
    Live agent
    Live chat with a person please
    I don't want to talk to a bot
    Stop the bot, I want a human
    Is there a human I can talk to?
    Put me through to your manager
    I would like to talk to your staff
    Hand me over to a colleague
    Quiero hablar con una persona
    Quiero hablar con un agente
    Je veux parler à un humain
    Je voudrais parler à un conseiller
    Ich möchte mit einem Menschen sprechen
    Bitte verbinden Sie mich mit einem Mitarbeiter
    Voglio parlare con una persona
    Quero falar com um atendente
    Ik wil met een mens praten
    ขอคุยกับเจ้าหน้าที่
    转人工`,
};
