import type { Translation } from "./english.ts";

export const german: Translation = {
  "button.human": "Mit einem Menschen sprechen",
  "button.good": "👍 Gut",
  "button.not good": "👎 Nicht gut",

  "handoff.waiting": "Ich habe jemanden aus dem Team dazugebeten. Die Antwort kommt genau hier.",
  "handoff.waiting since":
    "Ich habe jemanden aus dem Team dazugebeten (Sie warten seit {time}). Die Antwort kommt genau hier.",
  "handoff.joined": "Jemand aus dem Team ist jetzt da und übernimmt.",
  "handoff.has taken over": "🙋 {name} hat übernommen.",
  "handoff.somebody has taken over": "🙋 Jemand aus dem Team hat übernommen.",
  "handoff.cut": "_Jemand aus dem Team hat übernommen._",
  "handoff.stopped": "_Ich höre hier auf: Das muss sich erst ein Mensch ansehen._",
  "handoff.bot is back": "Ich bin wieder da. Fragen Sie mich, was Sie möchten.",
  "handoff.card is back": "Hier wurde jemand aus dem Team dazugebeten; jetzt bin ich wieder für Sie da.",
  "handoff.resolved":
    "Dieses Gespräch ist abgeschlossen. Schreiben Sie einfach wieder, wenn Sie noch etwas brauchen.",
  "handoff.card resolved": "✅ Dieses Gespräch ist abgeschlossen.",
  "handoff.reopened": "Willkommen zurück, dieses Gespräch ist wieder offen.",
  "handoff.merged": "Jemand aus dem Team macht damit in Ihrem anderen Gespräch mit uns weiter.",
  "handoff.offer":
    "Wir sind schon eine Weile dabei. Wenn Sie lieber mit einem Menschen sprechen möchten, nehmen Sie den Knopf unten.",
  "handoff.withdrawn": "_Diese Nachricht wurde zurückgenommen._",
  "handoff.team": "Support-Team",
  "handoff.corrected by": "_✏️ Berichtigt von {name}._",
  "handoff.corrected by somebody": "_✏️ Von jemandem aus dem Team berichtigt._",
  "handoff.corrected":
    "Was Sie zu „{question}“ gelesen haben, war nicht richtig. Jemand aus dem Team hat es berichtigt:",

  "wait.one before": "1 Person ist vor Ihnen.",
  "wait.some before": "{count} Personen sind vor Ihnen.",
  "wait.soon": "Meist dauert es weniger als eine Minute.",
  "wait.about": "Meist dauert es etwa {span}.",
  "wait.range": "Meist dauert es {from} bis {to}.",
  "wait.one minute": "1 Minute",
  "wait.minutes": "{count} Minuten",
  "wait.hours": "{count} Stunden",
  "wait.meanwhile":
    "Schreiben Sie hier ruhig weiter, es wird alles gelesen. Wenn Sie nicht warten können, hinterlassen Sie Ihre E-Mail-Adresse oder Telefonnummer.",
  "wait.cancel": "Nicht warten",
  "wait.ask": "Solange den Bot fragen",
  "wait.asking":
    "Fragen Sie ruhig: Ich antworte hier, bis jemand aus dem Team übernimmt. Ihr Platz bleibt Ihnen.",
  "wait.over": "Sie warten nicht mehr.",
  "wait.contact noted":
    "Danke, notiert: {contact}. Dort sind Sie für uns erreichbar, und Ihr Platz bleibt Ihnen.",
  "wait.closed": "Im Moment ist niemand aus dem Team da. Wir sind wieder da: {moment}.",
  "wait.place kept":
    "Ihr Platz bleibt Ihnen. Falls wir anderswo antworten sollen, schreiben Sie Ihre E-Mail-Adresse oder Telefonnummer hierher.",

  "rating.question": "Wie war die Hilfe, die Sie hier bekommen haben?",
  "rating.thanks": "Danke. Wenn Sie mögen, geben Sie auch Punkte: 1 ist am schlechtesten und 5 am besten.",
  "rating.noted": "Danke, ist notiert.",

  "draft.note":
    "Ich habe eine Antwort geschrieben. Vor dem Senden sieht sie noch jemand aus dem Team an; sie kommt dann hier.",
  "approval.asked":
    "Ich habe jemanden aus dem Team um Freigabe gebeten (`{tool}`). Noch ist nichts geschehen; ich melde mich hier, sobald entschieden ist.",
  "approval.approved": "`{tool}` ist freigegeben. Ich kümmere mich darum.",
  "approval.refused": "`{tool}` wurde abgelehnt. Es ist nichts geschehen.",
  "approval.expired": "Niemand hat `{tool}` rechtzeitig freigegeben. Es ist nichts geschehen.",
  "approval.stood down":
    "`{tool}` war noch nicht freigegeben, als jemand aus dem Team übernahm. Es ist nichts geschehen.",
  "approval.only staff": "Das können nur Mitarbeitende entscheiden.",
  "done.approved": "`{tool}` wurde freigegeben und ist erledigt:",
  "done.approved failed": "`{tool}` wurde freigegeben, ist aber fehlgeschlagen.",
  "done.later": "`{tool}` ist erledigt:",
  "done.later failed":
    "`{tool}` hat nicht geklappt. Sie können es noch einmal versuchen oder mit einem Menschen sprechen.",

  "trouble.late":
    "Entschuldigung, das dauert länger, als es sollte. Ich bin noch dran, und Sie können jederzeit mit einem Menschen sprechen.",
  "trouble.given up":
    "Bei mir ist etwas schiefgegangen, ich konnte Ihre Nachricht nicht bearbeiten. Das Team weiß Bescheid.",
  "trouble.no model":
    "Ich kann noch keine Fragen beantworten: Hier ist kein Sprachmodell eingerichtet. Ein Mensch kann Ihnen helfen.",
  "trouble.unavailable":
    "Bei mir klemmt gerade etwas. Bitte versuchen Sie es später noch einmal oder sprechen Sie mit einem Menschen.",
  "trouble.empty":
    "Dazu habe ich keine Antwort gefunden. Können Sie es anders formulieren, oder soll ein Mensch Ihnen helfen?",
  "trouble.budget": "Im Moment kann ich keine weiteren Fragen beantworten. Ein Mensch kann Ihnen helfen.",
  "trouble.steps":
    "Das waren mehr Schritte, als ich auf einmal schaffe. Fragen Sie nach einem kleineren Teil, oder sprechen Sie mit einem Menschen.",
  "trouble.time":
    "Das hat mir zu lange gedauert. Bitte versuchen Sie es noch einmal oder sprechen Sie mit einem Menschen.",
  "trouble.unsure":
    "Ich kann nicht sagen, ob mein letzter Schritt geklappt hat, deshalb wiederhole ich ihn nicht. Das sollte sich ein Mensch ansehen.",
  "trouble.long talk":
    "Dieses Gespräch ist lang geworden, deshalb beginne ich hier neu: Was vorher gesagt wurde, sehe ich von jetzt an nicht mehr. " +
    "Wenn etwas davon wichtig ist, sagen Sie es mir bitte noch einmal, oder sprechen Sie mit einem Menschen.",

  "limit.user minute one": "Das war etwas schnell für mich: Ich schaffe 1 Nachricht pro Minute.",
  "limit.user minute": "Das war etwas schnell für mich: Ich schaffe {count} Nachrichten pro Minute.",
  "limit.endpoint minute one": "Das war etwas schnell für mich: Hier geht 1 Anfrage pro Minute.",
  "limit.endpoint minute": "Das war etwas schnell für mich: Hier gehen {count} Anfragen pro Minute.",
  "limit.company minute":
    "Gerade schreiben uns sehr viele Menschen, mehr, als ich auf einmal beantworten kann.",
  "limit.address minute": "Aus Ihrem Netz kommen gerade sehr viele Nachrichten.",
  "limit.user hour one": "Ihre 1 Nachricht für diese Stunde ist aufgebraucht.",
  "limit.user hour": "Ihre {count} Nachrichten für diese Stunde sind aufgebraucht.",
  "limit.user day one": "Ihre 1 Nachricht für heute ist aufgebraucht.",
  "limit.user day": "Ihre {count} Nachrichten für heute sind aufgebraucht.",
  "limit.again in a second": "Bitte schreiben Sie in 1 Sekunde wieder, oder sprechen Sie mit einem Menschen.",
  "limit.again in seconds":
    "Bitte schreiben Sie in {count} Sekunden wieder, oder sprechen Sie mit einem Menschen.",
  "limit.again in minutes":
    "Bitte schreiben Sie in {count} Minuten wieder, oder sprechen Sie mit einem Menschen.",
  "limit.again today":
    "Bitte schreiben Sie um {time} Uhr ({zone}) wieder, oder sprechen Sie mit einem Menschen.",
  "limit.again tomorrow":
    "Bitte schreiben Sie morgen um {time} Uhr ({zone}) wieder, oder sprechen Sie mit einem Menschen.",

  "safety.self-harm":
    "Es tut mir leid, dass es dir so geht. Du bist nicht allein, und es gibt Menschen, die sofort helfen.",
  "safety.violence": "Das tut mir leid, und ich nehme es ernst. Es gibt Menschen, die sofort helfen.",
  "safety.personal data": "Über andere Menschen darf ich nichts herausgeben.",
  "safety.call": "Hier hilft man dir am Telefon: **{number}**.",
  "safety.find": "Hilfe in deiner Nähe findest du unter findahelpline.com.",
  "safety.emergency": "Ist jemand in Gefahr, ruf bitte den Notruf.",

  "help.ask":
    "Erwähnen Sie mich mit einer Frage, und ich antworte im Thread. Weitere Fragen brauchen keine neue Erwähnung.",
  "help.human": "Schreiben Sie `human` oder nehmen Sie den Knopf, um einen Menschen zu erreichen.",
  "help.refused": "`{command}` konnte ich nicht ausführen: {reason}.",
};
