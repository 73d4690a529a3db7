import type { SignPatterns } from "./sign-patterns.ts";

// The same wishes and troubles in other grammar: passive, impersonal, asked as a question, said of a third one.
const deRole =
  "(?:vorgesetzten?|chef|chefin|teamleit\\w+|mitarbeiter(?:in|n)?|kollegen|kollegin|berater(?:in)?|menschen|person|kundendienst|kundenservice|support|service)";
const frDesk = "(?:service (?:client|apres-vente|technique)|service clients|standard|support|equipe)";
const notIf = "(?<!(?:if|when|in case|unless|whether|why might) (?:my |the |a |your )?)";
const notWenn = "(?<!(?:wenn|falls|sobald|ob) (?:meine |die |eine |der )?)";
const notSi = "(?<!(?:si|cuando|quand|lorsque) (?:mi |el |la |un |mon |ma |le )?)";

/** Further ways to say the same, as data. */
export const furtherPatterns: readonly SignPatterns[] = [
  {
    sign: "asks for a person",
    language: "en",
    patterns: [
      "(?:put|get|bring) (?:me|us) in (?:touch|contact) with (?:(?:a|an|the|your|some) )?(?:\\w+ )?(?:human|person|agent|advis[eo]r|representative|manager|supervisor|colleague|support|team|customer (?:service|care|support)|someone|somebody)\\b",
      "(?:be|get|am|been) (?:connected|transferred|forwarded|put through)(?: over| through)? (?:to|with) (?:(?:a|an|the|your) )?(?:\\w+ )?(?:human|person|agent|advis[eo]r|representative|manager|supervisor|colleague|support|customer (?:service|care|support)|someone|somebody)\\b",
      "(?:can|could|would|will) (?:someone|somebody|anyone|anybody)(?: (?!else)\\w+){0,4}? (?:call|phone|ring|contact|call back|give) (?:me|us)\\b(?: a (?!ticket|discount|refund|link|hint))?",
      "(?:have|ask|get) (?:someone|somebody|a colleague|a manager)(?: \\w+){0,3}? (?:call|phone|contact|ring) me\\b",
    ],
  },
  {
    sign: "asks for a person",
    language: "de",
    patterns: [
      "(?:kann|konnte|konnt|konnen)(?: mich| uns)?(?: bitte)? (?:jemand|einer|wer)(?: \\w+){0,5}? (?:zuruckrufen|anrufen|kontaktieren|beraten)",
      `(?:zum|zur|an den|an die|an das|an ihren?|an deinen?|an euren?) ${deRole}\\b(?: \\w+){0,3}? (?:durchstellen|verbinden|weiterleiten|weiterverbinden|weitergeben|weiter)\\b`,
      `(?:leiten|leite|gib|geben|verbinden|stellen)(?: \\w+){0,4}? (?:an|zu|zum|mit) (?:ihren?|deinen?|euren?|den|die|einen?|einem|dem)? ?${deRole}\\b`,
      "(?:keine?n?|nicht mit einem?r?) (?:maschine|bot|roboter|computer|automaten?),? sondern (?:mit )?(?:einen?m?|eine) (?:\\w+ )?(?:menschen|mensch|person|mitarbeiter)",
      "gibt es (?:\\w+ ){0,2}?(?:einen?|eine|jemanden) (?:(?:echten?|richtigen?|menschlichen?) )+(?:menschen|mitarbeiter|ansprechpartner|person|berater)\\b",
    ],
  },
  {
    sign: "asks for a person",
    language: "es",
    patterns: [
      "(?:me )?(?:puede|podria|pueden|podrian) (?:llamar(?:me)?|contactar(?:me)?|telefonear(?:me)?) (?:alguien|una persona)\\b",
      "(?:comunicar|poner|pasar|conectar|transferir)(?:me|nos)?(?: en contacto)? con (?:el |su |la )?(?:servicio|atencion|departamento|centro) (?:al|de|de atencion al) cliente",
      "hay (?:algun|alguna|un|una) (?:persona|agente|asesor|asesora|operador|operadora|representante|supervisor|encargado) (?:disponible|libre|conectad[oa]|en linea)",
    ],
  },
  {
    sign: "asks for a person",
    language: "fr",
    patterns: [
      "quelqu'un(?: \\w+){0,4}? (?:peut|pourrait|peut-il|pourrait-il) (?:me |m'|nous )(?:rappeler|appeler|contacter|telephoner)",
      `(?:mettre|passer|mettez|passez|joindre|transferer)(?:[- ]moi)?(?: en (?:relation|contact|communication))? (?:avec |a |au |le |vers )*(?:le |votre |un |une |l')?${frDesk}\\b`,
      "(?:y a-t-il|il y a|est-ce qu'il y a|avez-vous) (?:un|une) (?:vrai |vraie )?(?:conseiller|conseillere|agent|operateur|humain|responsable|personne) (?:disponible|de libre|libre|en ligne|joignable)",
      "(?:passez|passe|donnez)[- ]moi (?:votre|ton|un|le|la) (?:superieure?|chef|cheffe|patron|patronne|manager|direction|responsable)\\b",
    ],
  },
  {
    sign: "complaint",
    language: "en",
    patterns: [
      "(?:i(?:'?m| am)? ?(?:going to|gonna|will|'?ll|shall|have to|need to|must)) complain\\b",
      "(?:filing|making|lodging|submitting|raising) (?:an? |this )?(?:\\w+ )?complaint\\b",
      "(?:how|where|to whom) (?:do|can|should) i (?:\\w+ )?complain\\b",
    ],
  },
  {
    sign: "complaint",
    language: "de",
    patterns: [
      "(?:ich beschwere mich|beschwere ich mich)\\b",
      "(?:reklamation|beschwerde) (?:\\w+ ){0,5}?(?:einreichen|einlegen|abgeben|aufgeben|vorbringen)",
    ],
  },
  {
    sign: "complaint",
    language: "es",
    patterns: [
      "(?:voy a|vamos a|tendre que) (?:reclamar|quejarme|poner una (?:queja|reclamacion))\\b",
      "(?:pongo|presento|interpongo|hago) una (?:queja|reclamacion)",
    ],
  },
  {
    sign: "complaint",
    language: "fr",
    patterns: [
      "(?:je vais|on va|je compte) (?:me plaindre|porter plainte)",
      "porter plainte (?:contre|aupres)",
      "je (?:depose|fais|formule|porte) (?:une )?(?:plainte|reclamation)",
      "comment (?:je peux |puis-je |peut-on )?(?:me plaindre|se plaindre|porter plainte)",
    ],
  },
  {
    sign: "payment failed",
    language: "en",
    patterns: [
      `${notIf}(?:payment|transaction)s?(?: (?:has|have|had|was|is|were|keeps?|just|again|always|still|twice|already))*(?: \\w+)? (?:failed|fails|failing|declined|rejected|refused|denied|not (?:go(?:ne|ing)? through|work(?:ed|ing)?|accepted|processed|completed))\\b`,
      `${notIf}(?:payment|card|transaction) (?:did not|didn'?t|does not|doesn'?t|won'?t|will not|cannot|can'?t|could not|couldn'?t) (?:go through|work|be (?:processed|completed|charged)|complete)\\b`,
      `${notIf}card (?:(?:was|is|got|has been|keeps getting|keeps being) )(?:\\w+ )?(?:declined|rejected|refused)\\b`,
      "(?:declined|rejected|refused) my (?:\\w+ )?(?:card|payment)\\b",
    ],
  },
  {
    sign: "payment failed",
    language: "de",
    patterns: [
      `${notWenn}(?:zahlung|bezahlung|uberweisung|transaktion|lastschrift)(?: \\w+){0,4}? (?:fehlgeschlagen|gescheitert|schlug fehl|schlagt fehl|abgelehnt|abgebrochen|nicht (?:durch|durchgegangen|geklappt|funktioniert|ausgefuhrt))\\b`,
      `${notWenn}(?:zahlung|bezahlung) (?:ging|geht|klappt|klappte|funktioniert|funktionierte|lauft) (?:\\w+ )?nicht\\b`,
      `${notWenn}karte (?:wurde|wird|ist)(?: \\w+){0,4}? (?:abgelehnt|nicht akzeptiert|zuruckgewiesen)\\b`,
    ],
  },
  {
    sign: "payment failed",
    language: "es",
    patterns: [
      `${notSi}(?:pago|transaccion|cobro)(?: \\w+){0,2}? (?:ha fallado|fallo|fallido|fallida|falla|(?:fue |ha sido )?rechazad[oa]|(?:fue |ha sido )?denegad[oa]|no se (?:completo|proceso|realizo|ha (?:completado|procesado))|no (?:paso|pasa|funciona|funciono))\\b`,
      "(?:rechazaron|rechazo|han rechazado|ha rechazado|denegaron|rechazan)(?: \\w+)? (?:la |mi )?(?:tarjeta|pago)\\b",
      `${notSi}tarjeta (?:fue |ha sido |esta |sale )(?:rechazada|denegada)\\b`,
    ],
  },
  {
    sign: "payment failed",
    language: "fr",
    patterns: [
      `${notSi}(?:paiement|transaction|prelevement) (?:(?:a|est|encore|toujours|ete) ){1,3}(?:echoue|refusee?|rejetee?)\\b`,
      `${notSi}(?:paiement|transaction) (?:n'est pas|ne|n'a pas|est pas) (?:encore )?(?:passe(?:e| pas)?|abouti|fonctionne(?: pas)?)`,
      `${notSi}carte (?:bancaire )?(?:a ete|est|a encore ete) (?:refusee|rejetee)\\b`,
    ],
  },
  {
    sign: "self-harm",
    language: "en",
    patterns: [
      "(?:thinking (?:about|of)|want to|going to|ready to|feel like) (?:end|ending) it all\\b",
      "(?:do not|don'?t) want to (?:be here|exist|go on) any ?more\\b",
      "(?:no|any|a|the) (?:sense|point|meaning|reason) (?:in|to|of) (?:living|being alive|my life|going on living)\\b",
    ],
  },
  {
    sign: "self-harm",
    language: "es",
    patterns: [
      "(?:acabar|terminar) con todo\\b(?! (?:el|la|lo))",
      "(?:veo|encuentro|tiene) sentido (?:a |en )?(?:vivir|mi vida|seguir viviendo)\\b",
    ],
  },
  {
    sign: "self-harm",
    language: "fr",
    patterns: [
      "(?:en finir|envie d'en finir)(?: avec (?:tout|la vie|ma vie))(?![\\p{L}])",
      "(?:plus|pas) (?:l'interet|le sens|de sens|de raison|l'utilite) (?:de|a|pour) (?:vivre|ma vie)\\b",
    ],
  },
  {
    sign: "self-harm",
    language: "de",
    patterns: [
      "(?:will|mochte|mag) (?:ich )?(?:einfach )?nicht mehr (?:da sein|weiterleben|existieren|weitermachen)\\b",
      "kein(?:en)? sinn (?:mehr )?(?:im|in meinem|am) leben\\b",
      "mir (?:selbst )?das leben (?:zu )?nehmen",
      "(?:daran|davon|drang|versucht),? mich (?:selbst )?(?:umzubringen|zu toten|zu verletzen|zu ritzen)",
    ],
  },
  {
    sign: "violence",
    language: "en",
    patterns: [
      "(?:someone|somebody|a man|a woman|people|they|he|she|my \\w+) (?:(?:is|are|keeps?|was|has been) )?threaten(?:s|ed|ing)?(?: to (?:hurt|kill|harm|beat|shoot|stab))? (?:me|us)\\b",
    ],
  },
  {
    sign: "violence",
    language: "de",
    patterns: [
      "(?:jemand|er|sie|ein mann|eine frau|mein \\w+|meine \\w+) (?:\\w+ ){0,2}?(?:bedroht|bedrohen) (?:mich|uns)\\b",
      "(?:jemand|er|sie)(?: \\w+){0,5}? (?:will|droht)(?: \\w+)? mir (?:etwas|was) an(?:zu)?tun",
    ],
  },
  {
    sign: "violence",
    language: "es",
    patterns: [
      "(?:alguien|un hombre|una mujer|mi \\w+) (?:me|nos) (?:amenaza|amenazan|amenazo|esta amenazando|ha amenazado)\\b",
    ],
  },
  {
    sign: "violence",
    language: "fr",
    patterns: [
      "(?:quelqu'un|un homme|une femme|mon \\w+|ma \\w+|il|elle) (?:me|nous) menacen?t?\\b",
      "menace de me (?:faire du mal|tuer|frapper|poignarder)",
    ],
  },
  {
    sign: "personal data",
    language: "en",
    patterns: [
      "(?:phone|mobile|telephone|home|private|personal|e-?mail|card|credit card) ?(?:numbers?|address(?:es)?|details|data)? of (?:the|a|an|your|that|this|another|some) (?:other )?(?:customer|guest|client|user|passenger|visitor|neighbou?r|employee|colleague|person|woman|man|girl|guy)\\b(?! service)",
    ],
  },
  {
    sign: "personal data",
    language: "de",
    patterns: [
      "(?:telefonnummer|handynummer|privatnummer|privatadresse|wohnadresse|e-?mail-?adresse|kartennummer|adresse) (?:des|der|ihres|ihrer|eures|eurer|deines|deiner|eines|einer) (?:anderen )?(?:kunden|kundin|gastes|gasts|nachbarn|nachbarin|mitarbeiters?|mitarbeiterin|nutzers|fahrgastes|fahrgasts|kollegen|kollegin)\\b",
    ],
  },
  {
    sign: "personal data",
    language: "es",
    patterns: [
      "(?:telefono|numero de telefono|direccion(?: particular| privada| personal)?|correo|domicilio) (?:del|de la|de su|de tu|de un|de una|de ese|de esa|de otro|de otra) (?:cliente|clienta|empleado|empleada|huesped|usuario|usuaria|vecino|vecina|chico|chica|companero|companera|persona)\\b",
    ],
  },
  {
    sign: "personal data",
    language: "fr",
    patterns: [
      "(?:numero(?: de telephone| de portable)?|adresse(?: personnelle| privee)?|telephone|e-?mail|mail) (?:du|de la|de votre|de ton|d'un|d'une|d'un autre|de cette|de ce|de l'autre) (?:client|cliente|employee?|voisine?|utilisateur|utilisatrice|passager|passagere|personne|collegue)\\b(?! a contacter)",
    ],
  },
];
