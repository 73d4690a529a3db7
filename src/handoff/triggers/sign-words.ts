/**
 * Kinds of words that people ask for a person with, complain with or tell of a failed payment with: lower case, without
 * accents, in English, German, Spanish and French together. A `*` stands for any ending, or for any beginning of a
 * compound. A word may be of several kinds.
 */
export const signWords = {
  person:
    "human humans humane person persons people soul folks mensch* menschlich* persona personas humano* humana* gente ser trabajador* personne personnes humain* gens etre etres",
  staff:
    "agent agents operator* rep reps representative* advis* consultant* specialist* expert* technician* engineer* colleague* teammate* coworker* employee* staff team crew support helpdesk desk service care clerk associate* assistant* worker* mitarbeiter mitarbeitern mitarbeiterin mitarbeitende* angestellt* kolleg* berater* sachbearbeit* ansprechpartner* kundendienst* kundenservice* kundenbetreu* servicekraft personal techniker* fachmann fachfrau fachkundig* experte* supporter* team kundenberat* innendienst hotline agente* asesor* operador* representante* empleado* empleada* companer* colega* tecnico* tecnica* especialista* ejecutiv* soporte equipo atencion interlocutor* plantilla conseill* operateur* operatrice* representant* employe* salarie* collegue* technicien* specialiste* equipe standard client interlocut* assistance department* dept billing accounting accounts sales reception office *abteilung *mitarbeiter *mitarbeiterin *berater *beraterin *betreuer *team *dienst *service buchhaltung zentrale departamento* facturacion contabilidad oficina comptabilite facturation departement bureau accueil",
  boss: "manager* supervisor* boss chief director* superior* charge authority owner lead leader management responsible chef chefin vorgesetzt* leiter* leitung filialleit* geschaftsfuhr* geschaftsleitung teamleit* verantwortlich* zustandig* jefe jefa gerente encargad* responsable* direccion duen* supervisora patron* directeur* directrice* superieur* superviseur* gerant* direction cheffe",
  someone:
    "someone somebody anyone anybody jemand* irgendwer irgendwem irgendjemand* wen wem alguien alguno alguna algun ningun nadie quelqu quelqu'un quelquun qqn",
  noone: "noone nobody none niemand nadie aucun personne",
  real: "real actual live living alive flesh blood genuine proper breathing pulse person's echt* richtig* lebend* lebendig* wirklich* fleisch blut real reales verdad verdader* vivo viva carne hueso vrai* reel* vivant* chair os",
  talk: "talk* speak* spoke chat* discuss* convers* word explain* sprech* spricht reden rede besprech* unterhalt* gesprach* telefonier* klaren erklaren schreiben hablar* hablo conversa* charla* platica* tratar* comunicar* explicar* parler* parle discut* echang* entreten* dialog* expliqu*",
  call: "call* phone* ring dial* callback hotline telephone line anruf* ruckruf* zuruckruf* ruft telefon* horer leitung strippe durchwahl llam* llame* telefono* telefon* linea marcar appel* rappel* telephon* ligne decroch* numero nummer number",
  connect:
    "connect* transfer* forward* pass passing hand handed put switch* redirect* rout* escalat* patch refer* verbind* weiterleit* weitergeleit* leite leiten durchstell* stell stellen ubergeb* ubergib* weitergeb* weiterverbind* abgeb* gib gebt geben weiterreich* pasa* paseme pasame pasenme pongame ponme poner* ponga* conect* transfier* transfer* deriv* comuniq* comunic* traspas* escala* passe* passez transfer* mettez mets mettre mettr* redirig* bascul* connect* renvo* orient*",
  get: "get gets give bring fetch find send let have need reach hol holt holen schick* lass lasst lassen her finde dame deme busca* buscame traiga* traeme manda* mandame envia* enviame dejame donne* donnez trouve* envoie* envoyez amene* laisse*",
  contact:
    "contact* reach touch respond* reply answer* attend* deal handle* involve* look* review* check* arrange* kontakt* meld* erreich* wenden ubernehm* ubernimm* kummer* anschau* ansieht ansehen prufen drauf* antwort* contact* atiend* atend* contest* encarg* revis* respond* ocup* resuelv* contact* joindre joign* repond* occup* trait* regard* examin* charge verifi*",
  want: "want* need* like prefer* rather wish* demand* requir* request* insist* must appreciate please pls plz kindly love will mochte* brauch* benotig* wunsch* verlang* bestehe hatte lieber bitte gern* wurde soll sollen moge quier* quisier* necesit* prefer* prefier* exij* solicit* gustari* dese* favor veux voul* voudr* souhait* prefer* exig* aimer* besoin demand* faut svp stp plait",
  can: "can could may would possible chance able kann konn* darf durf* kriege moglich* pued* podri* podria* posible peux puis pouv* pourr* peut possible",
  me: "me us mich mir uns nos m moi nous conmigo",
  i: "i we im id ich wir yo je j on",
  my: "my our mine mein* unser* mi mis nuestr* mon ma mes notre nos",
  you: "you your yours ya du dir dich dein* euch euer* eure* ihr ihnen ihre ihrem ihren tu ti te usted* ustedes vuestr* vosotros su sus vous votre vos toi ton ta tes",
  third: "he she they his her their them him er el ella ellos ellas il elle ils elles lui leur sa ses",
  the: "the der die das den dem la las los le les",
  not: "not no dont don't doesn't doesnt cant can't cannot didn't didnt won't wont never without isn't isnt aren't nicht kein* nie niemals ohne nix nichts sin nunca jamas tampoco ne n pas sans jamais ni",
  enough:
    "enough stop done tired sick over more anymore longer beyond instead than genug schluss aufhoren raus statt mehr basta harto harta salir sino vez assez marre arrete* stop sortir plutot",
  bot: "bot bots chatbot* robot* machine* computer* software program* automat* ai ki ia loop roboter* maschine* algorithm* textbaustein* maquina* programa* ordenador* grabacion* algoritm* ordinateur* automatique* automatis* logiciel* inteligencia intelligence recorded script* canned",
  who: "who whom whose wer quien quienes qui",
  how: "how where what wie wo was which como donde que cual comment ou quel quelle quoi",
  count:
    "many much per percent cost* price* old age wieviel* viele viel kostet preis* pro cuant* precio* cuesta combien prix coute par tarif*",
  if: "if when whether unless why because happens case wenn falls ob warum wieso sobald passiert si cuando porque pasa quand pourquoi lorsque",
  available:
    "available online there free around here verfugbar* erreichbar* frei da hier disponible* conectad* ahi libre aqui dispo* joignable* libre la ici",
  help: "help* assist* hilf* helf* weiterhelf* ayud* asist* aide* aider* assist* unterstutz*",
  trade:
    "travel estate insurance cleaning resources rights resource policy ticket* booking* hotel* bank airport airline police court school reise* immobilien* versicherung* viaje* viajes inmobiliari* seguros recursos derechos voyage* immobili* assurance* ressources droits polic* landlord vermieter casero proprietaire visa neighbo*",
  kin: "wife husband sister brother mother father friend* son daughter dog kid kids child* family partner neighbour neighbor frau mann schwester bruder mutter vater freund* sohn tochter hund kind* familie nachbar* marido mujer hermano hermana madre padre amig* hijo hija perro familia vecin* mari femme soeur frere mere pere ami amie fils fille chien famille voisin* enfants",
  past: "was were had already said told gave helped spoke sent asked schon bereits war hat gesagt gegeben geholfen ya dijo dio fue ayer yesterday gestern hier deja dit donne",
  pay: "pay* payment* paid checkout purchase* transaction* charge* charged billing debit* zahl* bezahl* abbuch* abgebucht lastschrift* uberweis* kauf* kasse buchung* transaktion* bezahlvorgang pago pagos pagar pagad* pague pagan* cobr* cargo* compra* transaccion* recibo domiciliad* impagad* payer pai* reglement regler prelev* virement* debit* achat* transaction* caisse impaye*",
  card: "card cards visa mastercard amex paypal maestro klarna creditcard applepay googlepay sepa karte karten kreditkarte* bankkarte* ec tarjeta* carte* cb pasarela bizum giropay twint",
  fail: "fail* declin* reject* refus* error* bounc* unsuccess* stuck abort* block* crash* deni* denied return* insufficient unpaid cancel* timeout timed invalid freez* froze fehlgeschlag* fehlschlag* abgelehn* lehnt scheiter* gescheiter* fehler* geplatzt platzt abgebroch* bricht gesperrt zuruck* zuruckgewies* hangt hang* schief* verweiger* rechaz* deneg* fall* devuelt* devolv* bloque* corta colgad* insuficient* cancelad* refus* echou* echec* rejet* erreur* bloqu* plant* revenu coup* annul* provision",
  works:
    "work* through accept* take* takes complet* process* geht ging klapp* funktionier* angenomm* akzeptier* nimmt durch durchgegangen pasa paso acept* funcion* complet* proces* realiz* passe* march* fonctionn* abouti* accept* valid*",
  money:
    "money account funds balance bank booking order geld konto bestellung bank buchung dinero cuenta saldo banco pedido argent compte solde banque commande",
  complain:
    "complain* complaint* grievance* dissatisf* beschwer* reklam* beanstand* beklag* unmut unzufried* beschwerde* quej* reclam* denunci* malestar descontent* protest* plaint* plaindre reclam* mecontent* insatisf* signal*",
  file: "file filing filed lodge* submit* raise* register* make making formal* official* record report* procedure letter einreich* einleg* abgeb* aufnehm* offiziell* formell* protokoll melde melden gemeldet hiermit pone* poner present* interpon* formal* oficial* hoja hojas elev* conste constancia report* depos* fai* formul* officiel* formel* registre enregistr* note*",
  authority:
    "ombudsman consumer* authorit* regulator* lawyer* attorney* solicitor* sue legal court headquarters verbraucher* anwalt* aufsicht* gericht* schlichtung* rechtlich* geschaftsleitung consumo consumidor* abogad* tribunal* judicial* legales mediateur* fraudes avocat* consommateur* justice tribunal",
  rude: "rude* unacceptable treat* disrespect* behavio* apolog* unprofessional insult* shout* yell* impolite unverscham* unfreundlich* frech* behandl* entschuldig* beleidig* verhalten grob inaceptable groser* trato tratad* maleducad* disculp* insult* comportamient* gritar inacceptable odieu* impoli* traite* excus* comportement insult* malpoli* grossier*",
  anger:
    "furious angry livid outrag* fuming annoy* frustrat* disgust* ridiculous joke disgrace* pathetic useless idiot* hopeless incompetent liar* thieves worst terrible horrible crap garbage rubbish bullshit insane crazy mad hate scream wtf hell ruined wasted wutend sauer stinksauer genervt frechheit sauerei lacherlich witz letzte zumutung mist schrott mull scheiss* unfahig nutzlos idioten betruger schlechteste* schnauze nase satt hasse verarsch* wahnsinn wut kotzen heulen versaut ruiniert furios* indignad* cabread* enfadad* desesperad* verguenza ridicul* desastre burla estafa porqueria mierda asco basura pesim* inutil* ladron* incompetent* mentiros* peor odio detesto loco loca narices arruin* furieu* colere enerve* excede* scandal* degout* honte inadmissible nul nuls lamentable pourri* incapables arnaque merde voleurs menteurs marre ras bol fout* gach* folle pire",
} as const;

/** A kind of words. */
export type WordKind = keyof typeof signWords;
