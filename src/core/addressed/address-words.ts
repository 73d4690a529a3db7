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

/** Whole messages that carry nothing on: others may say them beside a talk without taking part in it. */
export const mostBesideWords = 3;

function phrases(...sources: readonly string[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${sources.join("|")})(?![\\p{L}\\p{N}_])`, "u");
}

function starts(...sources: readonly string[]): RegExp {
  return new RegExp(`^(?:${sources.join("|")})(?![\\p{L}\\p{N}_])`, "u");
}
