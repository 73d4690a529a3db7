import type { SignLanguage } from "./sign-patterns.ts";
import type { Danger } from "./trigger.ts";

/** Whom people in need can call, by country (ISO 3166). */
export type Hotlines = Readonly<
  Record<string, { readonly selfHarm?: string | undefined; readonly violence?: string | undefined }>
>;

interface Words {
  readonly begin: Readonly<Record<Danger, string>>;
  readonly call: string;
  /** Where no number is known. */
  readonly general: string;
  readonly emergency: string;
}

const words: Readonly<Record<SignLanguage, Words>> = {
  en: {
    begin: {
      "self-harm":
        "I'm sorry you are going through this. You are not alone, and there are people who can help right now.",
      violence: "I'm sorry, and I take this seriously. There are people who can help right now.",
      "personal data": "I can't share anything about other people.",
    },
    call: "You can call",
    general: "You can find a helpline where you are at findahelpline.com.",
    emergency: "If anybody is in danger, please call the emergency services.",
  },
  de: {
    begin: {
      "self-harm":
        "Es tut mir leid, dass es dir so geht. Du bist nicht allein, und es gibt Menschen, die sofort helfen.",
      violence: "Das tut mir leid, und ich nehme es ernst. Es gibt Menschen, die sofort helfen.",
      "personal data": "Über andere Menschen darf ich nichts herausgeben.",
    },
    call: "Hier hilft man dir am Telefon",
    general: "Hilfe in deiner Nähe findest du unter findahelpline.com.",
    emergency: "Ist jemand in Gefahr, ruf bitte den Notruf.",
  },
  es: {
    begin: {
      "self-harm":
        "Siento mucho que estés pasando por esto. No estás solo: hay personas que pueden ayudarte ahora mismo.",
      violence: "Lo siento mucho y me lo tomo en serio. Hay personas que pueden ayudarte ahora mismo.",
      "personal data": "No puedo compartir datos de otras personas.",
    },
    call: "Puedes llamar a",
    general: "En findahelpline.com encuentras ayuda donde estés.",
    emergency: "Si alguien está en peligro, llama a emergencias.",
  },
  fr: {
    begin: {
      "self-harm":
        "Je suis désolé que vous traversiez cela. Vous n'êtes pas seul : des personnes peuvent vous aider tout de suite.",
      violence:
        "Je suis désolé, et je prends cela au sérieux. Des personnes peuvent vous aider tout de suite.",
      "personal data": "Je ne peux rien communiquer sur d'autres personnes.",
    },
    call: "Vous pouvez appeler",
    general: "Sur findahelpline.com vous trouverez de l'aide près de chez vous.",
    emergency: "Si quelqu'un est en danger, appelez les secours.",
  },
};

/** What somebody in need is told at once, in their language, with whom to call in their country where that is known. */
export function toSafetyWords(
  danger: Danger,
  language: SignLanguage,
  { country, hotlines }: { readonly country: string | undefined; readonly hotlines: Hotlines },
): string {
  const { begin, call, general, emergency } = words[language];
  if (danger === "personal data") return begin[danger];
  const known = country === undefined ? undefined : hotlines[country];
  const number = danger === "violence" ? (known?.violence ?? known?.selfHarm) : known?.selfHarm;
  const help = number === undefined ? general : `${call}: **${number}**.`;
  return `${begin[danger]} ${help} ${emergency}`;
}

/** The country a locale such as `es-MX` names. */
export function countryOf(locale: string | undefined): string | undefined {
  return /[-_]([A-Z]{2})$/.exec(locale ?? "")?.[1];
}
