import type { Sign, SignLanguage } from "./sign-patterns.ts";

/**
 * What is said by words of several kinds in one sentence, in whatever order: who is meant, what they are to do, and that
 * it is asked for. Parts of regular expressions, held against text in lower case, without accents.
 */
interface Wish {
  readonly sign: Sign;
  readonly language: SignLanguage;
  readonly kinds: readonly string[];
  /** A sentence with one of these says something else. */
  readonly unless: string;
}

const wishes: readonly Wish[] = [
  {
    sign: "asks for a person",
    language: "en",
    kinds: [
      "(?:real |actual |live )?(?:human(?: being)?|person)|(?:one|some|any) of your \\w+|colleagues?|agents?|advis[eo]rs?|representatives?|operators?|supervisors?|managers?|someone|somebody|(?:your|the) (?:\\w+ )?(?:team|staff|department)|customer (?:service|care|support)",
      "talk|speak|chat|calls? me|phone me|ring me|put me through|connect me|transfer me|get in touch|look (?:at|into) (?:my|this)|review my|take (?:this |it )?over|deal with this|hear from",
      "i want|i'?d (?:like|prefer|rather|love)|i would (?:like|prefer|rather)|i need|i wish|let me|please|any chance|is it possible|would it be possible|can i|could i|may i|(?:can|could|would) (?:you|someone|somebody|a)|have (?:a|someone|somebody)",
    ],
    unless:
      "(?:travel|estate|insurance|cleaning|ticket|booking) agents?|human (?:resources|rights)|(?:at|from|in|of) (?:the |my |our |their )?(?:bank|embassy|airline|airport|hotel|shop|store|school|insurance|government|court|police)|how (?:do|can|should)|what (?:do|should|if|happens)|where|no need|not (?:need|want)|don'?t (?:need|want)|(?:my|our) (?:colleagues?|agents?|managers?|team|staff|boss)",
  },
  {
    sign: "asks for a person",
    language: "de",
    kinds: [
      "mensch(?:en)?|person|mitarbeiter(?:in|n|innen)?|kolleg(?:e|en|in)|berater(?:in)?|ansprechpartner(?:in)?|vorgesetzten?|jemand(?:em|en)?|kunden(?:service|dienst)|buchhaltung|fachabteilung|(?:eurem|ihrem|vom) team",
      "sprechen|reden|chatten|telefonier\\w*|verbind\\w*|durchstell\\w*|weiterleit\\w*|ruckruf|zuruckruf\\w*|anruf\\w*|draufschau\\w*|anschau\\w*|ansehen|ubernehmen|kummern",
      "ich (?:mochte|will|wurde|hatte|brauche)|(?:mochte|will|hatte|wurde) ich|kann ich|konnte ich|darf ich|bitte|(?:kann|konnte) (?:mich|da|das|sich)|verbinde\\w* (?:sie )?mich|lass\\w* mich",
    ],
    unless:
      "nicht|kein\\w*|bewerb\\w*|wie (?:kann|viele|lange)|wo|mein\\w* (?:kolleg\\w+|mitarbeiter\\w*|chef\\w*|team)|video|familie|andere[nr]?|anderen menschen",
  },
  {
    sign: "asks for a person",
    language: "es",
    kinds: [
      "persona(?: de verdad| real)?|humano|agente|asesora?|operadora?|representante|supervisora?|encargad[oa]|alguien|(?:departamento|equipo|area) de \\w+|atencion al cliente|facturacion",
      "hablar|chatear|conversar|contactar\\w*|comunicar\\w*|pasarme|llamarme|me llamen?|me atiendan?|atenderme|revise|revisar|ponerme",
      "quiero|quisiera|necesito|prefiero|me gustaria|deseo|por favor|podrian?|pueden?|puedo|que me|dejame|es posible",
    ],
    unless:
      "agentes? (?:inmobiliari[oa]|de (?:viajes?|seguros|policia|aduanas))|(?:recursos|derechos) humanos|no (?:quiero|necesito|hace falta)|como|donde|cuant[oa]s?|mi (?:jefe|companer[oa]|equipo)|del? (?:banco|hotel|aeropuerto|embajada)",
  },
  {
    sign: "asks for a person",
    language: "fr",
    kinds: [
      "(?:vraie )?personne|humain|conseill(?:er|ere)|agent|operat(?:eur|rice)|responsable|superieure?|quelqu'un|collegue|(?:le|la|votre) (?:service \\w+|comptabilite|equipe|standard)",
      "parler|discuter|echanger|joindre|contacter|rappel\\w*|appell?e\\w*|en (?:relation|contact)|regarde\\w*|examine\\w*|s'occupe\\w*",
      "je (?:veux|voudrais|souhaite|prefere\\w*)|j'aimerais|j'ai besoin|puis-je|est-ce que je peux|pourrai\\w*(?:-\\w+)?|pourriez|(?:peut|peux)(?:-\\w+)?|mettez-moi|s'il vous plait|svp|laissez-moi",
    ],
    unless:
      "agents? (?:immobili\\w+|de (?:voyages?|police|securite))|ressources humaines|personne (?:morale|physique|ne)|pas besoin|(?:je )?ne veux (?:pas|plus)|comment|ou|combien|(?:mon|ma|mes) (?:collegues?|responsable|chef|equipe)|(?:de la banque|de l'hotel|de l'aeroport)",
  },
  {
    sign: "payment failed",
    language: "en",
    kinds: [
      "pay(?:ment|ing)?|card|checkout|transaction",
      "fail(?:s|ed|ing)?|declin\\w+|reject\\w*|refus\\w+|gives? (?:me )?an error",
      "my|i|me|tried|keeps?|always",
    ],
    unless: "if|when|what happens|in case|policy|do you|why (?:would|do|does)|late|fee",
  },
  {
    sign: "payment failed",
    language: "de",
    kinds: [
      "(?:be)?zahl(?:en|ung)|kreditkarte|karte|uberweisung",
      "abgelehnt|fehlgeschlagen|(?:klappt|funktioniert|geht) nicht|schlagt fehl|abgewiesen|fehler",
      "meine?r?|ich|mir|standig|immer|wieder|wird|probiert|versucht",
    ],
    unless: "wenn|falls|was passiert|warum wird|garderobe\\w*|eintritt\\w*",
  },
  {
    sign: "payment failed",
    language: "es",
    kinds: [
      "pag(?:o|ar)|tarjeta",
      "rechaza\\w*|denieg\\w*|denega\\w*|fall[ao]|fallado|da error",
      "mi|me|siempre|todo el rato|veces|intentado|otra vez",
    ],
    unless: "si|cuando|que pasa",
  },
  {
    sign: "payment failed",
    language: "fr",
    kinds: [
      "pai(?:ement|er)|payer|carte",
      "refuse\\w*|rejet\\w*|echou\\w*|erreur",
      "ma|mon|me|m'a|j'ai|toujours|encore|a chaque fois|sans cesse",
    ],
    unless: "si|quand|que se passe|lorsque",
  },
];

const compiled = wishes.map(({ sign, language, kinds, unless }) => ({
  sign,
  language,
  kinds: kinds.map((kind) => toWords(kind)),
  unless: toWords(unless),
}));

/** Signs that a tidied text shows by what stands together in one of its sentences. Pure. */
export function readWishes(
  said: string,
): readonly { readonly sign: Sign; readonly language: SignLanguage }[] {
  const sentences = said.split(/[.!?;\n]+/u).filter((sentence) => sentence.trim() !== "");
  return compiled.filter(({ kinds, unless }) =>
    sentences.some((sentence) => kinds.every((kind) => kind.test(sentence)) && !unless.test(sentence)),
  );
}

function toWords(source: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${source})(?![\\p{L}\\p{N}_])`, "u");
}
