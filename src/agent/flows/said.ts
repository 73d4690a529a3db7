const yes =
  /^(?:yes|yeah|yep|yup|ya|sure|ok|okay|okey|correct|right|confirm(?:ed)?|go ahead|please do|do it|book it|book them|sounds? (?:good|great|fine|perfect)|perfect|great|absolutely|definitely|of course|that'?s (?:right|correct|fine|it|good)|looks? (?:good|right|fine)|y|ja|gerne|genau|passt|s[ií]|claro|vale|oui|d'accord|bien sûr|sim|certo|ใช่|ได้|ตกลง|โอเค|はい|是|好)(?![\p{L}\p{N}])/iu;
const no =
  /^(?:no|nope|nah|not (?:now|yet|really|right|correct|that)|don'?t|do not|wrong|incorrect|n|nein|nicht|nee|non|não|ไม่|いいえ|不)(?![\p{L}\p{N}])/iu;
const but =
  /(?<!\p{L})(?:but|except|instead|rather|wait|actually|change|don'?t|do not|not|aber|pero|mais)(?!\p{L})/iu;
const cancel =
  /^(?:please |sorry,? |ok(?:ay)?,? |no,? |actually,? )*(?:cancel|stop|quit|exit|abort|never ?mind|forget (?:it|that|about it)|leave it|drop it|start over|abbrechen|vergiss es|cancelar|déjalo|annuler|laisse tomber|ยกเลิก)(?: (?:it|this|that|the (?:whole )?thing|everything|please|that please|it please|booking|the booking))*[.! ]*$/iu;
const human =
  /(?<!\p{L})(?:(?:talk|speak|chat|connect|transfer|put|get|give|want|need|like|prefer|see|have)\b[^.?!]{0,30}\b(?:a |an |the |some |real |live |actual |your )+(?:human|person|agent|representative|operator|colleague|someone|manager|supervisor)|(?:real|live|actual) (?:human|person|agent)|human (?:please|agent|being)|^(?:human|agent|operator|representative|person)[.! ]*$|mitarbeiter sprechen|menschen sprechen|hablar con (?:un|una) (?:persona|agente|humano)|parler à (?:un|une) (?:humain|personne|agent|conseiller)|คุยกับ(?:คน|เจ้าหน้าที่))/iu;
const someoneElse =
  /(?<!\p{L})(?:travel|user|estate|insurance|booking|ticket|free|secret|cleaning|backup)[ -]agents?|(?:don'?t|do not|no) (?:want|need)[^.?!]{0,20}(?:human|person|agent)|human resources/iu;
const paymentFailed =
  /\bpayment\b[^]{0,200}\bfail(?:ed|ing|s|ure)?\b|\bfail(?:ed|ing|s|ure)?\b[^]{0,200}\bpayment\b/iu;

const puzzled =
  /^(?:sorry,? |um+,? )?(?:what|huh|pardon|come again|sorry|what do you mean(?: by that)?|i (?:do not|don't) (?:understand|get it)|wie bitte|was|was meinen sie|qué|cómo|quoi|comment|pardon|อะไร|何|什么)[ ?!.…]*$/iu;

const readCharacters = 500;

/** A plain yes, in the usual words or one of `also`; not "yes, but …". */
export function isYes(text: string, also: readonly string[] = []): boolean {
  const said = tidy(text);
  if (also.some((words) => said.toLowerCase().includes(words.toLowerCase()) && !no.test(said))) return true;
  return yes.test(said) && !but.test(said);
}

/** What stands behind a yes, empty where it is plain; undefined where there is none: "yes, from Bangkok". */
export function afterYes(text: string): string | undefined {
  return behind(yes, text);
}

/** What stands behind a no, empty where it is plain; undefined where there is none: "no, it is about my chair". */
export function afterNo(text: string): string | undefined {
  return behind(no, text);
}

/** The whole message says that a question was not understood: "what?", "what do you mean?". */
export function isPuzzled(text: string): boolean {
  return puzzled.test(tidy(text));
}

/** A plain no. */
export function isNo(text: string): boolean {
  return no.test(tidy(text));
}

/** The whole message asks to leave what is going on: "never mind", not "can I cancel my booking?". */
export function isCancel(text: string): boolean {
  return cancel.test(tidy(text));
}

/** Asks for a person in so many words; travel agents and human resources do not count. */
export function asksForHuman(text: string): boolean {
  const said = tidy(text);
  return human.test(said) && !someoneElse.test(said);
}

/** Says that a payment went wrong. */
export function tellsOfFailedPayment(text: string): boolean {
  return paymentFailed.test(text.slice(0, readCharacters));
}

/** Says that something said before should be different: "actually", "make it", "no, …". */
export function correctsSomething(text: string): boolean {
  return /(?<!\p{L})(?:actually|instead|rather|change|changed|make (?:it|that)|i mean|i meant|sorry|correction|wait|no|not|but|doch|lieber|mejor|plutôt)(?!\p{L})/iu.test(
    tidy(text),
  );
}

function behind(word: RegExp, text: string): string | undefined {
  const said = tidy(text);
  const found = word.exec(said);
  return found === null
    ? undefined
    : said
        .slice(found[0].length)
        .replace(/^[\s,.;:!–-]+/u, "")
        .trim();
}

function tidy(text: string): string {
  return text.slice(0, readCharacters).normalize("NFC").replaceAll("’", "'").replaceAll(/\s+/gu, " ").trim();
}
