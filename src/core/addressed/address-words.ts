// Words by which people show whom they speak to, in English, German, Spanish and French: lower case, without accents.
// They are held against a message whatever its language is; those that would say something else in another one are left out.

/** Speaks to several people, asks them together, or arranges something with them: nobody does that with a bot. */
export const toPeople = phrases(
  // everybody
  "guys",
  "folks",
  "everyone",
  "everybody",
  "you all",
  "y'all",
  "both of you",
  "leute",
  "ihr beiden",
  "alle zusammen",
  "chicos",
  "chicas",
  "vosotros",
  "les gars",
  "tout le monde",
  "vous deux",
  // does anybody know
  "(?:does|do|did|has|have|can|could|would|is) (?:any|some)(?:one|body) (?:here |else |of you )?(?:know|have|has|seen|see|remember|tried|used?|going|coming|in|up)",
  "(?:any|some)(?:one|body) (?:else|here|knows?|of you|up for|coming)",
  "who(?:'s| is| wants| can| has| knows) (?:in|driving|coming|going|to join|got|up)",
  "(?:weiss|hat|kennt|kann|war|mag|kommt|fahrt) (?:hier |denn |eigentlich |zufallig |noch )*(?:jemand|wer)(?! ist)",
  "(?:jemand|einer|wer) (?:von euch|hier|anders)",
  "wer (?:fahrt|kommt|ist dabei|macht mit|geht|hat lust)",
  "(?:alguien|alguno) (?:sabe|tiene|ha|puede|viene|conoce|se apunta)",
  "quien (?:conduce|viene|se apunta|trae|va)",
  "(?:quelqu'un|qqn) (?:sait|a|peut|connait|vient|veut)",
  "qui (?:conduit|vient|veut|est partant|apporte)",
  // together
  "shall we",
  "let'?s (?!say|see if)",
  "are you (?:still )?(?:coming|joining|around|free|there)",
  "see you",
  "meet (?:you|me|up|at|there)",
  "(?:lasst?|last) uns",
  "(?:gehen|treffen|wollen|sollen|machen|nehmen) wir (?:dann |uns |da |zusammen |mal |es )*(?:samstag|sonntag|heute|morgen|zusammen|gemeinsam|hin|los|mal|\\?)",
  "(?:kommst|bist|fahrst|gehst|magst) du (?:noch |nachher |auch |morgen |heute )*(?:mit|mal|dabei|da)",
  "wir (?:sehen|treffen) uns",
  "bis (?:gleich|nachher|spater|dann)",
  "(?:vamos|vais|venis|quedamos)(?! a (?:ver|tener))",
  "te (?:vienes|apuntas)",
  "nos (?:vemos|encontramos|recoges)",
  "on (?:y va|se (?:retrouve|voit|rejoint)|mange|part)",
  "tu (?:viens|manges|passes|es la)",
  "(?:nous|me) chercher",
  "pick (?:us|me) up",
  "(?:together|zusammen|juntos|juntas|ensemble)(?=[ ?!.]*$)",
);

/** Tells about the bot instead of telling it something. */
export const aboutBot = phrases(
  "(?:the|this|that|our|your) (?:chat)?bot",
  "(?:der|den|dem|dieser|diesen|diesem|unser) (?:chat)?bot",
  "(?:el|este|ese|nuestro|al|del) (?:chat)?bot",
  "(?:le|ce|cet|notre|au|du) (?:chat)?bot",
  "baton (?:says|said|thinks|knows|sagt|meint|weiss|dice|sabe|dit|sait|is|ist|es|est)",
);

/** Speaks of "you": to whoever spoke last. */
export const toYou = phrases(
  "(?:you|your|yours|u)",
  "(?:du|dich|dir|dein\\p{L}*|ihr|euch)",
  "(?:tu|te|ti|contigo|tuyo|tenias|tienes|eres|puedes)",
  "(?:toi|ton|ta|tes|t'\\p{L}+|avais|vous)",
);

/** Begins what answers somebody's words: agreement, refusal, amusement, thanks. */
export const reply = starts(
  "(?:yes|yeah|yep|yup|no|nope|nah|ok|okay|k|sure|right|true|exactly|same|haha\\p{L}*|lol|oh|aw|wow|thanks?|thank you|thx|cool|nice|great|perfect|fine|works|deal|done|agreed|me too)",
  "(?:ja|jaja|jo|nein|nee|no|klar|genau|stimmt|passt|danke|vielen dank|schon|super|gut|perfekt|gern|auch|ach)",
  "(?:si|vale|claro|exacto|gracias|muchas gracias|genial|perfecto|bien|anda|jaja|de acuerdo|hecho|bueno)",
  "(?:oui|ouais|non|d'accord|exact|merci|parfait|super|bien|ca marche|tant mieux|voila|bon|ah)",
);

/** Goes on with what was asked before. */
export const goingOn = starts(
  "(?:and|or|what about|how about|but what|same question|also)",
  "(?:und|oder|was ist mit|wie ist es mit|gilt das|geht das)",
  "(?:y|e|o|pero|que pasa con|tambien)",
  "(?:et|ou|mais|qu'en est-il|aussi|pareil pour)",
);

/** Goes on, too, but with what somebody else could do: one tells that to people. */
export const suggests = starts(
  "or (?:just |you |simply )*(?:give|send|hand|bring|leave|take|use|ask|put|drop|call|do)",
  "oder (?:einfach |du |ihr )*(?:gib|gebt|schick|bring|lass|nimm|frag|leg|ruf|mach)",
  "(?:o|y) (?:mejor )?(?:da|dame|damelo|dejame|dejamelo|manda|mandame|usa|pregunta|llama|trae)",
  "ou (?:bien )?(?:donne|laisse|envoie|prends|demande|apporte|appelle|mets)",
);

/** Begins a message without being anybody's name, though a comma may follow. */
export const opener = starts(
  "(?:ok|okay|so|also|then|well|now|yes|no|hi|hello|hey|great|good|perfect|nice|cool|thanks|please|sorry|right|sure|fine|actually|btw|hmm+|oh|ah|and|but|if|when|after|before|yesterday|today|tomorrow|otherwise|unfortunately|still|alright|awesome|wonderful|excellent|understood|correct|wait|first|second|finally|anyway|however|again)",
  "(?:gut|schon|super|prima|toll|danke|bitte|nein|ja|hallo|moin|guten tag|leider|dann|jetzt|und|aber|wenn|falls|heute|morgen|gestern|stimmt|richtig|klar|perfekt|schade|verstanden|sonst|ausserdem|trotzdem|entschuldigung|moment|naja|genau|achso|sehr gut)",
  "(?:si|vale|bueno|bien|genial|gracias|perfecto|entonces|ahora|hola|buenas|buenos dias|perdon|por favor|claro|pero|cuando|hoy|manana|ayer|lastima|estupendo|entendido|ademas|espera|que pena)",
  "(?:oui|non|bon|bien|super|merci|parfait|alors|maintenant|bonjour|salut|desole|pardon|s'il vous plait|mais|quand|aujourd'hui|demain|hier|dommage|d'accord|genial|compris|sinon|attendez|ensuite|enfin|c'est bon)",
);

/** Begins a question. */
export const asking = starts(
  "(?:what|where|when|why|how|who|whom|whose|which|can|could|do|does|did|is|are|will|would|should|may)",
  "(?:was|wo|wohin|woher|wann|warum|wieso|wie|wer|wen|wem|welche[rsnm]?|kann|kannst|konnen|ist|sind|hast|haben|gibt|darf)",
  "(?:que|donde|cuando|cual|cuales|cuanto|cuanta|cuantos|cuantas|como|quien|por que|puedo|puedes|puede|hay|es|se)",
  "(?:que|quoi|ou|quand|comment|combien|pourquoi|quel|quelle|quels|quelles|qui|est-ce|peux|puis|pouvez|y a-t-il|il)",
);

/** Leaves something to the other one's yes: an offer is a question without its mark. */
export const offers = phrases(
  "i (?:can|could|may)(?!'t| not)",
  "ich (?:kann|konnte|darf)(?! \\w+ nicht| nicht| kein)",
  "(?<!no )(?:puedo|podria)",
  "je (?:peux|pourrais)(?! pas)",
);

/** Asks whether what was answered holds for something else, too. */
export const applies = phrases(
  "(?:does|do|would|is|will) (?:that|this|it|they|those)(?: \\p{L}+)? (?:apply|applies|count|hold|include|cover|valid|true|work)",
  "(?:gilt|zahlt|betrifft|umfasst|heisst|beinhaltet) (?:das|dies|es)(?: \\p{L}+)?",
  "(?:cuenta|vale|sirve|aplica|incluye)(?: eso| esto)? (?:tambien|para|igual)",
  "(?:ca|cela) (?:vaut|compte|concerne|s'applique|inclut)",
);

/**
 * Begins a question about what is so for everybody: what one needs, may do or pays, how long it takes, what there is. One
 * puts it to whoever knows the rules, and not to somebody who told how it was for them.
 */
export const consults = starts(
  "(?:(?:and|but|so|ok|then),? )?(?:(?:is|are) there (?:any|an?|other|another)|is it (?:possible|allowed|required|mandatory|enough|free)|(?:does|will|can|must|may) (?:it|this|that) (?:also |still |really )*(?:need|require|cost|include|expire|have to|be)|(?:do|will) i (?:also |still |really )*(?:need|have to|get)|am i (?:allowed|supposed|entitled)|how (?:much|long|often) (?:does|do|is|are|will|would|may|can) (?:it|that|this|one)|what (?:if|happens if)|(?:until|by) when)",
  "(?:(?:und|aber|also|dann),? )?(?:gibt es|(?:kann|darf|muss|sollte|braucht) man|(?:brauche|muss|darf|bekomme|benotige) ich|was (?:kostet|passiert|ist),?(?: das)?(?: wenn)?|wie (?:lange|viel|oft|teuer) (?:dauert|gilt|kostet|ist|darf|muss)|(?:geht|gilt|reicht|kostet|dauert) (?:das|es)|ist (?:das|es) (?:moglich|erlaubt|notig|kostenlos|pflicht)|(?:bis|ab) wann)",
  "(?:(?:y|pero|entonces),? )?(?:se (?:puede|puedes|necesita|debe)|hay (?:que|algun\\p{L}*|alguna|otr[oa]s?|un[oa]?|limite|plazo)|es (?:posible|obligatorio|necesario|gratis)|hace falta|tengo que|debo|necesito|que pasa si|cuanto (?:cuesta|tarda|dura|vale)|(?:hasta|desde) cuando|incluye|y si)",
  "(?:(?:et|mais|alors|donc),? )?(?:faut-il|il faut|il y a|y a-t-il|(?:est-ce|c'est) (?:possible|obligatoire|gratuit|payant)|est-ce qu'(?:il|on)|peut-on|on peut|doit-on|on doit|dois-je|je dois|ai-je (?:besoin|droit)|combien (?:ca|cela|coute|de temps)|(?:jusqu'a|a partir de) quand|que se passe-t-il si|et si (?!on|nous|tu))",
);

/** Begins what one has a bot do, and hardly ever a person who stands beside. */
export const requests = starts(
  "(?:please |pls |now |then )*(?:list|compare|calculate|convert|summari[sz]e|translate|look up|the same (?:for|with|in))",
  "(?:bitte |jetzt |dann |nun )*(?:(?:alle|alles|die|das|den|mir|uns) )*(?:aufzahlen|auflisten|vergleichen|umrechnen|zusammenfassen|ubersetzen|berechnen|liste|vergleich[e]?|berechne|ubersetze|das gleiche (?:fur|mit|in)|dasselbe (?:fur|mit|in))",
  "(?:por favor,? |ahora |entonces )*(?:(?:la |una )?lista de|compara|calcula|convierte|resume|traduce|lo mismo (?:con|para|en))",
  "(?:s'il te plait,? |s'il vous plait,? |maintenant |alors )*(?:(?:la |une )?liste de|compare[z]?|calcule[z]?|convertis|resume[z]?|traduis|pareil (?:pour|avec|en)|la meme chose (?:pour|avec|en))",
);

/** Begins what somebody tells who did as they were told. */
export const reports = starts(
  "(?:i )?did (?:that|it|this)|(?:i )?(?:have )?tried (?:that|it|this)|i(?:'m| am) (?:there|in|on it)",
  "(?:das )?hab(?:e)? ich (?:gemacht|probiert|versucht)|(?:ich )?bin (?:drin|dort)|(?:schon )?(?:gemacht|probiert)",
  "(?:ya )?(?:hecho|lo he hecho|lo hice|estoy dentro|he probado|probado)",
  "(?:c'est )?fait|j'y suis|j'ai (?:fait|essaye)|(?:deja )?essaye",
);

/** A question one person has for another: what they do together, who does it, whether it is not so. */
export const askedAmongPeople = new RegExp(
  [
    "(?<!\\p{L})(?:do|should|shall|can|could|will|are|did) we(?!\\p{L})",
    "(?<!\\p{L})(?:should i|shall i|soll ich|hago yo|voy yo|cojo yo|llevo yo)(?!\\p{L})",
    "^\\p{L}+en wir(?!\\p{L})",
    "^(?:y )?(?!tenemos|podemos|debemos)\\p{L}+[aei]mos(?!\\p{L})",
    "^(?:alors |et )?on (?!peut|doit|a droit)\\p{L}+",
    "^je (?:prends|fais|viens|passe|mets|reserve|m'en occupe)(?!\\p{L})",
    "[\\p{L}\\p{N}],? (?:right|oder|ne|gell|non|hein|no|verdad|isn't it|innit|remember)[ ?!.]*$",
  ].join("|"),
  "u",
);

/** Whole messages that carry nothing on: others may say them beside a talk without taking part in it. */
export const mostBesideWords = 3;

function phrases(...sources: readonly string[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${sources.join("|")})(?![\\p{L}\\p{N}_])`, "u");
}

function starts(...sources: readonly string[]): RegExp {
  return new RegExp(`^(?:${sources.join("|")})(?![\\p{L}\\p{N}_])`, "u");
}
