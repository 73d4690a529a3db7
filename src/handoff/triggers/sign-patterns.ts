/** The languages whose words are known; a message is held against all of them. */
export type SignLanguage = "en" | "de" | "es" | "fr";

/** What a message can say by itself that is for people. */
export type Sign =
  "asks for a person" | "complaint" | "payment failed" | "self-harm" | "violence" | "personal data";

/** Parts of regular expressions, held against text in lower case, without accents, with ss for ß. */
export interface SignPatterns {
  readonly sign: Sign;
  readonly language: SignLanguage;
  readonly patterns: readonly string[];
}

/** Said before a match in the same clause, these turn it round or make it somebody else's. */
export const turnedRound: Readonly<Record<SignLanguage, string>> = {
  en: "do not|don'?t|doesn'?t|did not|didn'?t|not|never|no need|without|won'?t|rather than|instead of|no longer|he|she|they|(?:my|our|your|the) (?:customers?|users?|clients?|guests?|visitors?|sister|brother|husband|wife|boss|mother|father|friend)|customers|users|clients",
  de: "nicht|kein|keine|keinen|keinem|keiner|ohne|statt|anstatt|nie|niemals|(?:meine|unsere|eure|die|der|den) (?:kunden?|nutzer|gaste|besucher|chef|frau|mann|schwester)|kunden|nutzer",
  es: "no|sin|nunca|jamas|en vez de|en lugar de|(?:mis|los|las|nuestros|sus) (?:clientes|usuarios|visitantes|huespedes)|mi (?:jefe|hermana|hermano|marido|mujer)",
  fr: "ne|n'|pas|sans|jamais|plutot que|au lieu de|(?:mes|les|nos|vos) (?:clients|utilisateurs|visiteurs)|(?:mon|ma) (?:chef|soeur|frere|mari|femme)",
};

// Somebody who helps, with what may stand before: "a real human", "one of your support agents".
const enKind =
  "(?:(?:a|an|the|some|any|your|another|one of your) )?(?:(?:real|live|actual|human|proper|customer|support|service|different|senior|fucking|damn) )*";
const enWho =
  "(?:human beings?|humans?|person|agents?|operator|representative|rep|advisor|adviser|colleague|teammate|manager|supervisor|staff member|team member|member of (?:your |the )?(?:staff|team)|employee)";
const enPeople = "(?:(?:real|actual|live) people|(?:your|the) (?:support|customer service|service) team)";
const enSomeone = "(?:someone|somebody|anyone|anybody)";
const enNot =
  "(?!'s)(?![- ](?:resources?|rights|error|readable|like|centered|ids?|keys?|apis?|names?|mode|fees?|commission|portal|software|string|accounts?|dashboard|code|training|of the year|who (?:sold|delivered|hurt|hit|stole|lives|owns|sits)))(?! (?:at|from|in|of) (?:the |my |our |his |her |their |a )?(?:bank|embassy|airline|airport|hotel|shop|store|school|insurance|government|court|police|consulate|landlord))";
const enEnd =
  "(?= *(?:$|[.,;:!?)]| (?:please|now|not|and|right|instead|here|today|asap|immediately|because|rather|for this|on the (?:phone|line)|from your|to (?:talk|speak|chat|help|assist|look|answer|contact|call))))";
const deKind =
  "(?:(?:einem|einer|einen|eine|ein|nem|ner|nen|dem|der|den|irgendeinem|eurem|euren|ihrem) )?(?:(?:echten?|richtigen?|realen?|lebenden|lebendigen|menschlichen?|anderen?|zustandigen|kompetenten?) )*";
const deWho =
  "(?:mensch|menschen|mitarbeiter|mitarbeiterin|mitarbeitern|person|berater|beraterin|kollegen|kollegin|kundenberater|kundenservice|kundendienst|support-?mitarbeiter|servicemitarbeiter|ansprechpartner|ansprechpartnerin|sachbearbeiter|operator|agenten)";
const deSomeone = "(?:jemandem|jemand|jemanden|irgendjemandem|irgendwem|wem)";
const deEnd =
  "(?= *(?:$|[.,;:!?)]| (?:bitte|jetzt|sofort|und|statt|hier|der mir|die mir|dran|ans|am telefon)))";
const esKind = "(?:(?:un|una|el|la|algun|alguna|otro|otra|vuestro|su) )?(?:(?:verdadero|verdadera) )?";
const esWho =
  "(?:persona|ser humano|humano|humana|agente|asesor|asesora|operador|operadora|representante|empleado|empleada|companero|companera|supervisor|supervisora|encargado|encargada|responsable)";
const esNot =
  "(?! (?:de (?:viajes?|seguros?|policia|aduanas|transito|la (?:policia|ley))|inmobiliari[oa]|juridica|comercial externo|que (?:vendio|entrego|vive)))";
const esEnd =
  "(?= *(?:$|[.,;:!?)]| (?:real|de verdad|humano|humana|por favor|ahora|ya|y|que me|aqui|de atencion|del equipo|de soporte)))";
const frKind = "(?:(?:un|une|le|la|l'|votre|vos|d'un|d'une|des) ?)?(?:(?:vrai|vraie|veritable|autre) )?";
const frWho =
  "(?:etre humain|humain|humaine|personne|conseiller|conseillere|agent|operateur|operatrice|responsable|employe|employee|collegue|representant|superviseur|teleconseiller)";
const frNot =
  "(?! (?:de (?:voyages?|police|securite|joueurs)|d'assurances?|immobilier|immobiliere|morale|physique|qui (?:a livre|habite|a vendu)))";
const frEnd =
  "(?= *(?:$|[.,;:!?)]| (?:reel|reelle|humain|en chair|s'il|svp|stp|maintenant|et|tout de suite|qui (?:peut|puisse)|du (?:support|service)|de votre)))";

/** A message without any of these parts of words needs no further look for the sign. */
export const hints: Readonly<Record<Sign, string>> = {
  "asks for a person":
    "human|humain|person|people|agent|operat|operador|represent|rep|advis|colleague|teammate|manager|supervis|staff|team|empl|some|any|is there|can one|customer service|live chat|mensch|mitarbeiter|berater|kolleg|kund|buchhalt|fachabteil|facturac|comptab|ansprech|sachbearb|jemand|wem|asesor|companer|encargad|responsable|alguien|quelqu|conseill|service|sprechen|zuruckruf|anruf|vorgesetzt|durchstell|chef|weiter|atencion|departamento|superieur|patron",
  complaint: "complain|beschwer|reklam|queja|quejar|reclam|plaint|plaindre",
  "payment failed":
    "pay|card|transaction|zahl|uberweis|lastschrift|transakt|karte|pago|cobro|transacc|tarjeta|paie|carte|prelev",
  "self-harm":
    "myself|it all|any ?more|nicht mehr|con todo|point|sense|sentido|sinn|my life|own life|die|dead|suicid|to live|alive|living|without me|umbring|toten|leben|sterben|selbstmord|suizid|antun|ritzen|verletzen|matarme|morir|cortarme|hacerme|vida|vivi|tuer|mourir|jours|vivre|mutiler|du mal|en finir",
  violence:
    "hit|beat|abus|rape|chok|strangl|stab|threat|assault|violen|kill|hurt|shoot|murder|schlag|vergewalt|bedroh|misshandel|verprugel|wurg|gewalt|umbring|umzubring|bringe|toten|abstech|pega|golpe|maltrat|viol|amenaz|matar|apunal|frapp|bat|menac|agress|tuer|poignard",
  "personal data":
    "address|phone|number|card|passw|passport|social security|ssn|birth|mail|bank|iban|record|data|details|information|adress|nummer|geburt|daten|kredit|direccion|domicilio|telefono|numero|tarjeta|contrasena|nacimiento|datos|correo|telephone|carte|mots? de passe|naissance|donnees",
};

/** All that is known to be said, as data. */
export const signPatterns: readonly SignPatterns[] = [
  {
    sign: "asks for a person",
    language: "en",
    patterns: [
      `(?:talk|speak|chat)(?:ing)? (?:directly )?(?:to|with) (?:${enKind}${enWho}|${enPeople}|${enSomeone})\\b${enNot}`,
      `(?:connect|transfer|put|pass|hand|forward|switch|redirect|escalate)(?: me| us| this| it)? ?(?:over |through |on |back )?(?:to|with) (?:${enKind}${enWho}|${enPeople}|${enSomeone})\\b${enNot}`,
      `(?:get|give|find|bring|send|call)(?: me| us| in)? (?:(?:${enKind}${enWho}|${enPeople})\\b${enNot}${enEnd}|(?:me|us) (?:someone|somebody)\\b${enEnd})`,
      `(?:i|we)(?: just| really)? (?:want|need|prefer|demand|require|would like|would prefer|'?d like|'?d prefer|wish for)(?: to (?:have|get|see|reach|contact))? ${enKind}(?:${enWho}|human help|human support|human assistance)\\b${enNot}${enEnd}`,
      `(?:can|could|may) (?:i|we) (?:please )?(?:have|get|reach|contact|see) ${enKind}${enWho}\\b${enNot}${enEnd}`,
      `(?:can|could|would|will) (?:a|an|some|any)(?: real| live| actual)? ?(?:human|person|one|body|agent|colleague)\\b (?:please )?(?:help|call|contact|take over|look|answer|reply|respond)`,
      `is there (?:a |an |any )?(?:real |live |actual )?(?:human|person|one|body|agent|anyone|anybody|someone|somebody)\\b(?: (?:i|we) (?:can|could)| to)? (?:talk|speak|chat|reach)`,
      `(?:i|we)(?:'?d| would)? rather (?:have|deal with|talk to|speak to|speak with) ${enKind}${enWho}\\b`,
      `(?<=^|[.,;!?] ?)(?:(?:a|real|live|actual|human) )*(?:human|agent|person|representative|operator)\\b,? (?:please|now) *[.!?]*$`,
      `^ *(?:(?:please|real|live|actual|a|human) )*(?:human|agent|operator|representative|person|customer service|live chat)\\b *[.!?]*$`,
    ],
  },
  {
    sign: "asks for a person",
    language: "de",
    patterns: [
      `mit (?:${deKind}${deWho}|${deSomeone})\\b(?: [a-z-]+){0,5}? (?:sprechen|reden|chatten|telefonieren|verbinden|verbunden|schreiben|unterhalten)`,
      `(?:sprechen|reden|chatten|verbinden|verbinde|verbinden sie|verbindet)(?: sie| du)?(?: mich| uns)?(?: bitte)? mit (?:${deKind}${deWho}|${deSomeone})\\b`,
      `(?:einen?|den|nen|eine|jemanden) ?(?:(?:echten?|richtigen?|menschlichen?) )*(?:${deWho})?\\b(?: bitte)? sprechen`,
      `(?:will|mochte|brauche|benotige|hatte gern|hatte gerne|wunsche|verlange)(?: ich)?(?: bitte| gern| gerne| jetzt| endlich| lieber)* (?:einen|eine|einem|nen)(?: (?:echten?|richtigen?|realen?|menschlichen?))* ${deWho}\\b${deEnd}`,
      `(?:gib|geben sie|gebt|hol|holen sie|holt|schick|schicken sie)(?: mir| uns)?(?: bitte)? (?:einen?|eine|nen)(?: (?:echten?|richtigen?|realen?|menschlichen?))* ${deWho}\\b${deEnd}`,
      `(?:weiterleiten|durchstellen|weitergeben)(?: [a-z]+){0,2}? (?:an|zu) (?:${deKind}${deWho}|${deSomeone})\\b`,
      `(?:an|zu) (?:${deKind}${deWho}|${deSomeone})\\b(?: [a-z]+){0,2}? (?:weiterleiten|weitergeleitet|durchstellen|weitergeben|weiterverbinden)`,
      `(?:kann|konnte) (?:mir )?(?:bitte )?(?:ein|eine)(?: (?:echter|richtiger|echte|richtige))* (?:mensch|mitarbeiter|mitarbeiterin|person|kollege|kollegin)\\b(?: mir)?(?: bitte)? (?:helfen|antworten|ubernehmen|anrufen)`,
      `^ *(?:(?:bitte|echter|echten|einen) )*(?:mensch|menschen|mitarbeiter|kundenservice|ansprechpartner)\\b(?:,? bitte)? *[.!?]*$`,
    ],
  },
  {
    sign: "asks for a person",
    language: "es",
    patterns: [
      `(?:hablar|chatear|conversar|comunicarme|contactar|contactarme|tratar|atencion)(?: directamente)? (?:con|a) (?:${esKind}${esWho}|alguien)\\b${esNot}`,
      `(?:pasame|pasenme|paseme|pasarme|pasar|comunicame|comuniqueme|comunicar|conectame|conecteme|conectarme|ponme|pongame|ponerme|transfiereme|transfierame|transferirme|derivame|deriveme)(?: por favor| ya)?(?: en contacto)? (?:con|a) (?:${esKind}${esWho}|alguien)\\b${esNot}`,
      `(?:quiero|quisiera|necesito|prefiero|exijo|deseo|dame|deme)(?: que me atienda)?(?: a)? (?:un|una|otro|otra) ${esWho}\\b${esNot}${esEnd}`,
      `(?:que me atienda|me puede atender|puede atenderme|me atienda|me ayude) (?:un|una) ${esWho}\\b${esNot}`,
      `(?:hay|esta) (?:algun|alguna|un|una)? ?(?:${esWho}|alguien)\\b (?:con quien|con la que|con el que) (?:pueda |puedo )?hablar`,
      `^ *(?:(?:un|una) )?(?:humano|persona|persona real|agente|agente humano|operador|asesor)(?:,? por favor)? *[.!?]*$`,
    ],
  },
  {
    sign: "asks for a person",
    language: "fr",
    patterns: [
      `(?:parler|discuter|echanger|communiquer|chatter)(?: directement)? (?:a|avec) (?:${frKind}${frWho}|quelqu'un)\\b${frNot}`,
      `(?:passez|passe|mettez|mets|transferez|transfere|connectez|redirigez)[- ]moi(?: en (?:relation|contact|communication))?(?: s'il vous plait)?(?: (?:a|avec|vers))? (?:${frKind}${frWho}|quelqu'un)\\b${frNot}`,
      `(?:etre |me )?(?:mis|mise|mettre|transferer|transfere|transferee|connecter)(?: en (?:relation|contact|communication))? (?:a|avec|vers) (?:${frKind}${frWho}|quelqu'un)\\b${frNot}`,
      `(?:je veux|je voudrais|je souhaite|je prefere|je prefererais|j'aimerais|j'exige|il me faut|j'ai besoin)(?: avoir| joindre| contacter)? (?:un|une|d'un|d'une)(?: (?:vrai|vraie|veritable|autre))* ?${frWho}\\b${frNot}${frEnd}`,
      `(?:est-ce qu'|y a-t-il |il y a )(?:un|une|quelqu'un)(?: (?:vrai|vraie))*(?: ${frWho})?\\b (?:a|avec) qui (?:je peux |je puisse )?parler`,
      `^ *(?:(?:un|une|vrai|vraie) )*(?:humain|conseiller|agent|agent humain|operateur|vraie personne|service client)(?:,? (?:s'il vous plait|s'il te plait|svp|stp))? *[.!?]*$`,
    ],
  },
  {
    sign: "complaint",
    language: "en",
    patterns: [
      "(?:file|make|lodge|submit|raise|register|issue) (?:an? )?(?:(?:formal|official|serious) )?complaint\\b",
      "i(?: want|'?d like| would like| wish) to complain\\b",
    ],
  },
  {
    sign: "complaint",
    language: "de",
    patterns: [
      "beschwerde (?:einreichen|einlegen|abgeben|aufgeben|loswerden)",
      "(?:mochte|will|wollte|muss) (?:ich )?mich (?:[a-z]+ ){0,2}beschweren",
    ],
  },
  {
    sign: "complaint",
    language: "es",
    patterns: [
      "(?:poner|presentar|hacer|interponer) una (?:queja|reclamacion)",
      "(?:quiero|quisiera|deseo) (?:quejarme|reclamar)\\b",
    ],
  },
  {
    sign: "complaint",
    language: "fr",
    patterns: [
      "(?:deposer|faire|porter|formuler) une (?:plainte|reclamation)",
      "(?:je veux|je voudrais|je souhaite|j'aimerais) me plaindre\\b",
    ],
  },
  {
    sign: "self-harm",
    language: "en",
    patterns: [
      "(?:kill|killing) myself\\b(?! laughing)",
      "(?:end|ending|take|taking) my (?:own )?life\\b",
      "(?:i|just) (?:really )?(?:want|wanna|wish|would like|'?d like) (?:to )?(?:die|be dead)\\b(?! (?:laughing|hard|of (?:shame|embarrassment)))",
      "(?:commit|committing|thinking (?:about|of)|thoughts of|attempted|attempting) suicide\\b",
      "i(?:'?m| am| feel| have been feeling)(?: \\w+)? suicidal\\b",
      "(?:want|going|gonna|thinking (?:about|of)|urge|feel like|planning|keep)(?: to)? (?:hurt|harm|cut|hurting|harming|cutting) myself\\b(?! (?:a|some|off|short))",
      "(?:do not|don'?t) want to (?:live|be alive)\\b(?! (?:in|at|on|here|near|with))",
      "no (?:reason|point) (?:to|in) (?:live|living|being alive)\\b",
      "(?:i(?:'?d| would) be|everyone (?:would be|is)) better off (?:dead|without me)",
    ],
  },
  {
    sign: "self-harm",
    language: "de",
    patterns: [
      "(?:ich (?:will|mochte|werde|wollte)|(?:will|mochte|werde|wollte) ich|^(?:will|mochte)) (?:\\w+ )?(?:mich|mir) (?:selbst )?(?:umbringen|toten|das leben nehmen|etwas antun|was antun)",
      "(?<!(?:er|sie|jemand|mann|freund|vater|ex) (?:will|wird|wollte|mochte) )mich (?:selbst )?(?:umbringen|toten|verletzen|ritzen)\\b",
      "(?:will|mochte|mag) (?:ich )?(?:einfach )?(?:nur noch )?(?:sterben|nicht mehr leben|nicht mehr am leben sein)\\b",
      "(?:selbstmord|suizid)(?: begehen| machen|gedanken)",
      "(?:denke an|gedanken an) (?:selbstmord|suizid)",
      "mir das leben nehmen",
    ],
  },
  {
    sign: "self-harm",
    language: "es",
    patterns: [
      "(?:quiero|voy a|quisiera|pienso en|ganas de) (?:matarme|suicidarme|morirme|morir|hacerme dano|cortarme las venas)\\b(?! de (?:risa|hambre|verguenza))",
      "quitarme la vida",
      "(?:no quiero|ya no quiero) (?:seguir )?(?:vivir|viviendo)\\b(?! (?:en|aqui|con))",
      "pensamientos suicidas",
    ],
  },
  {
    sign: "self-harm",
    language: "fr",
    patterns: [
      "(?:je veux|je vais|j'ai envie de|envie de|je pense a|j'aimerais) (?:me (?:tuer|suicider|faire du mal|mutiler)|mourir|mettre fin a mes jours|en finir avec la vie)\\b(?! de (?:rire|honte|faim))",
      "mettre fin a mes jours",
      "(?:je ne veux plus|j'ai plus envie de|je n'ai plus envie de) vivre\\b(?! (?:a|en|ici|avec|dans))",
      "(?:pensees|idees) suicidaires",
    ],
  },
  {
    sign: "violence",
    language: "en",
    patterns: [
      "(?:he|she|they|my (?:husband|wife|partner|boyfriend|girlfriend|father|mother|dad|mum|mom|ex|son|stepfather|stepmother|parents|uncle|brother|boss))(?: \\w+){0,2}? (?:hits|beats|hit|beat|beating|hitting|abuses|abusing|abused|raped|rapes|chokes|choked|strangled|stabbed|threatened|threatens|threatening) me(?! (?:up|to it|with (?:a (?:bill|fee|charge)|ads))\\b)\\b",
      "(?:i|we) (?:am|'?m|was|are|were|got|have been) (?:being )?(?:raped|sexually assaulted|abused|beaten(?: up)? by)",
      "(?:victim of|suffering|experiencing) (?:domestic (?:violence|abuse)|abuse)",
      "(?:he|she|they|someone|somebody)(?: (?:is|are|'?s))? (?:going to|gonna|wants? to|will|threatened to|threatens to) (?:kill|hurt|shoot|stab) (?:me|us)\\b",
      "i(?:'?m| am)? ?(?:going to|gonna|will|'?ll) (?:kill|shoot|stab|murder|hurt) (?:you|him|her|them|someone|somebody|everyone|people)\\b",
    ],
  },
  {
    sign: "violence",
    language: "de",
    patterns: [
      "(?:er|sie|mein (?:mann|freund|partner|vater|ex|bruder|sohn)|meine (?:frau|freundin|mutter|partnerin)) (?:hat mich (?:\\w+ )?(?:geschlagen|vergewaltigt|gewurgt|bedroht|verprugelt|misshandelt)|(?:schlagt|bedroht|misshandelt|verprugelt|wurgt) mich)\\b",
      "(?:ich werde|ich wurde|ich bin|wurde ich) (?:\\w+ )?(?:misshandelt|vergewaltigt|verprugelt)",
      "hausliche[rn]? gewalt",
      "(?:ich werde|ich bringe) (?:dich|ihn|sie|euch|jemanden) (?:um|umbringen|toten|abstechen)\\b",
      "(?<!ich )(?:will|wird|droht)(?: er| sie)? mich (?:zu )?(?:umbringen|umzubringen|toten)\\b",
    ],
  },
  {
    sign: "violence",
    language: "es",
    patterns: [
      "(?:mi (?:marido|esposo|esposa|mujer|novio|novia|pareja|padre|madre|ex|jefe|hermano)|el|ella) (?:me (?:pega|golpea|golpeo|maltrata|viola|violo|amenaza|amenazo)|me ha (?:pegado|golpeado|maltratado|violado|amenazado))\\b",
      "(?:me violaron|fui violada|violencia (?:domestica|de genero|machista))",
      "(?:voy a|te voy a|lo voy a|los voy a) (?:matarte|matar|matarlo|matarla|matarlos|apunalar)(?:te|lo|la|los)?\\b(?! (?:el|la|los|las) (?:proceso|tiempo|tarea))",
      "(?:quiere|va a) matarme\\b",
    ],
  },
  {
    sign: "violence",
    language: "fr",
    patterns: [
      "(?:mon (?:mari|copain|conjoint|pere|ex|frere|compagnon|patron)|ma (?:femme|copine|mere|compagne)|il|elle) (?:me (?:frappe|bat|violente|viole|menace)|m'a (?:frappee?|battue?|violee?|menacee?|agressee?))\\b",
      "(?:j'ai ete|je suis) (?:violee?|battue?|agressee?|maltraitee?)\\b",
      "violences? (?:conjugales?|domestiques?)",
      "je vais (?:te|le|la|les|vous) (?:tuer|poignarder)\\b",
      "(?:il|elle) (?:veut|va) me tuer\\b",
    ],
  },
  {
    sign: "personal data",
    language: "en",
    patterns: [
      "(?:give|show|send|tell|list|find|get|share|read|what is|what'?s|what are|need|want)(?: me| us)?(?: the| all| all the)? (?:(?:(?:another|other|someone else'?s|somebody else'?s|all|your other|the other|your|every) (?:customers?'?s?'?|users?'?s?'?|persons?'?s?|guests?'?s?'?|clients?'?s?'?|peoples?'?s?)|(?:someone|somebody) else'?s|my (?:ex|neighbou?r|boss|colleague|girlfriend|boyfriend)(?:[ -](?:wife|husband|girlfriend|boyfriend))?'s)(?: (?:home|full|private|personal|credit|email))* (?:address(?:es)?|phone numbers?|card (?:numbers?|details|data)|cards?|passwords?|passports?|social security numbers?|ssn|dates? of birth|e-?mails?|bank details|ibans?|medical records?|data|information))",
      "(?:addresses|phone numbers|card numbers|credit cards|passwords|emails|personal (?:data|details|information)) of (?:(?:all|other|another|your|every|any|the other) )+(?:customers?|users?|guests?|clients?|persons?|people)\\b",
    ],
  },
  {
    sign: "personal data",
    language: "de",
    patterns: [
      "(?:gib|geben sie|zeig|zeigen sie|nenn|nennen sie|schick|schicken sie|sag|brauche|will|mochte|wie ist|wie lautet|was ist)(?: mir| uns)?(?: bitte)? (?:die|das|den|alle)? ?(?:adressen?|telefonnummern?|handynummern?|kreditkarten(?:nummern?|daten)?|passworter|passwort|geburtsdat(?:um|en)|bankdaten|iban|e-?mail-?adressen?|personlichen? daten|kundendaten) (?:von|eines|einer|der|des|aller|meines|meiner) (?:anderen?|fremden|allen|aller|eurer|ihrer|eines anderen|einer anderen|nachbarn|ex(?:-\\w+)?|kollegen|chefs|kunden|kundinnen|nutzer)",
    ],
  },
  {
    sign: "personal data",
    language: "es",
    patterns: [
      "(?:dame|deme|dime|muestrame|enviame|quiero|necesito|cual es)(?: por favor)? (?:la|el|los|las|todos los|todas las)? ?(?:direccion(?:es)?|telefonos?|numeros? de (?:telefono|tarjeta)|tarjetas?(?: de credito)?|contrasenas?|fechas? de nacimiento|datos (?:personales|bancarios)|correos?(?: electronicos?)?) de (?:otr[oa]s?|todos los|l[oa]s otr[oa]s|mi (?:ex|vecin[oa]|jefe|colega)|los|sus|vuestros|otra persona)(?: (?:clientes?|usuarios?|personas?))?\\b",
    ],
  },
  {
    sign: "personal data",
    language: "fr",
    patterns: [
      "(?:donnez|donne|montrez|montre|envoyez|envoie|dites|dis|je veux|je voudrais|quelle est|quel est)(?:[- ]moi)? (?:l'|la |le |les |toutes les |tous les )?(?:adresses?|telephones?|numeros? de (?:telephone|carte)|cartes?(?: bancaires?| de credit)?|mots? de passe|dates? de naissance|donnees (?:personnelles|bancaires)|e-?mails?) (?:d'un autre|d'une autre|des autres|d'autres|de tous les|de mon (?:ex|voisin|patron|collegue)|de ma (?:voisine|collegue)|de vos)(?: (?:clients?|clientes?|utilisateurs?|personnes?))?\\b",
    ],
  },
];
