import type { Translation } from "./english.ts";

export const french: Translation = {
  "button.human": "Parler à une personne",
  "button.good": "👍 Bien",
  "button.not good": "👎 Pas bien",

  "handoff.waiting":
    "J'ai demandé à un membre de l'équipe de prendre le relais. La réponse arrivera ici même.",
  "handoff.waiting since":
    "J'ai demandé à un membre de l'équipe de prendre le relais (en attente depuis {time}). La réponse arrivera ici même.",
  "handoff.joined": "Un membre de l'équipe est là et prend le relais.",
  "handoff.has taken over": "🙋 {name} a pris le relais.",
  "handoff.somebody has taken over": "🙋 Un membre de l'équipe a pris le relais.",
  "handoff.cut": "_Un membre de l'équipe a pris le relais._",
  "handoff.stopped": "_Je m'arrête ici : une personne doit d'abord regarder cela._",
  "handoff.bot is back": "Je suis de retour. Posez-moi vos questions.",
  "handoff.card is back": "L'équipe a été appelée ici ; je reprends maintenant la conversation.",
  "handoff.resolved":
    "Cette conversation est close. Écrivez ici à nouveau si vous avez besoin d'autre chose.",
  "handoff.card resolved": "✅ Cette conversation est close.",
  "handoff.reopened": "Rebonjour, cette conversation est de nouveau ouverte.",
  "handoff.merged": "Une personne de l’équipe poursuit dans votre autre conversation avec nous.",
  "handoff.offer":
    "Cela fait un moment que nous y sommes. Si vous préférez parler à une personne, utilisez le bouton ci-dessous.",
  "handoff.withdrawn": "_Ce message a été retiré._",
  "handoff.team": "Équipe d'assistance",
  "handoff.corrected by": "_✏️ Corrigé par {name}._",
  "handoff.corrected by somebody": "_✏️ Corrigé par un membre de l'équipe._",
  "handoff.corrected":
    "Ce qui vous a été dit à propos de « {question} » n'était pas exact. Un membre de l'équipe l'a corrigé :",

  "wait.one before": "1 personne est avant vous.",
  "wait.some before": "{count} personnes sont avant vous.",
  "wait.soon": "Cela prend en général moins d'une minute.",
  "wait.about": "Cela prend en général environ {span}.",
  "wait.range": "Cela prend en général de {from} à {to}.",
  "wait.one minute": "1 minute",
  "wait.minutes": "{count} minutes",
  "wait.hours": "{count} heures",
  "wait.meanwhile":
    "Vous pouvez continuer à écrire ici, tout sera lu. Si vous ne pouvez pas attendre, laissez votre adresse e-mail ou votre numéro de téléphone.",
  "wait.cancel": "Ne pas attendre",
  "wait.ask": "Interroger le bot en attendant",
  "wait.asking":
    "Posez vos questions : je réponds ici jusqu'à ce que quelqu'un de l'équipe prenne le relais. Vous gardez votre place.",
  "wait.over": "Vous n'attendez plus.",
  "wait.contact noted":
    "Merci, c'est noté : {contact}. Nous pourrons vous y joindre, et votre place est gardée.",
  "wait.closed": "Personne de l'équipe n'est là pour le moment. Nous serons de retour : {moment}.",
  "wait.place kept":
    "Votre place est gardée. Si nous devons répondre ailleurs, écrivez ici votre adresse e-mail ou votre numéro de téléphone.",

  "rating.question": "Comment avez-vous trouvé l'aide reçue ici ?",
  "rating.thanks": "Merci. Si vous le souhaitez, donnez aussi une note : 1 est la pire et 5 la meilleure.",
  "rating.noted": "Merci, c'est noté.",

  "draft.note":
    "J'ai rédigé une réponse. Un membre de l'équipe la relit avant l'envoi ; elle arrivera ici même.",
  "approval.asked":
    "J'ai demandé à un membre de l'équipe d'approuver ceci (`{tool}`). Rien n'a encore été fait ; je reviendrai ici une fois la décision prise.",
  "approval.approved": "`{tool}` est approuvé. Je m'en occupe.",
  "approval.refused": "`{tool}` a été refusé. Rien n'a été fait.",
  "approval.expired": "Personne n'a approuvé `{tool}` à temps. Rien n'a été fait.",
  "approval.stood down":
    "`{tool}` n'avait pas été approuvé avant qu'un membre de l'équipe prenne le relais. Rien n'a été fait.",
  "approval.only staff": "Seul le personnel peut en décider.",
  "done.approved": "`{tool}` a été approuvé, c'est fait :",
  "done.approved failed": "`{tool}` a été approuvé, mais a échoué.",
  "done.later": "`{tool}`, c'est fait :",
  "done.later failed": "`{tool}` n'a pas abouti. Vous pouvez réessayer, ou parler à une personne.",

  "trouble.late":
    "Désolé, cela prend plus de temps que prévu. J'y travaille encore, et vous pouvez parler à une personne à tout moment.",
  "trouble.given up":
    "Quelque chose s'est mal passé de mon côté et je n'ai pas pu traiter votre message. L'équipe est prévenue.",
  "trouble.no model":
    "Je ne peux pas encore répondre aux questions : aucun modèle de langage n'est configuré ici. Une personne peut vous aider.",
  "trouble.unavailable":
    "J'ai un problème en ce moment. Veuillez réessayer plus tard, ou parler à une personne.",
  "trouble.empty":
    "Je n'ai pas trouvé de réponse à cela. Pouvez-vous reformuler, ou préférez-vous l'aide d'une personne ?",
  "trouble.budget": "Je ne peux plus répondre aux questions pour le moment. Une personne peut vous aider.",
  "trouble.steps":
    "Cela demandait plus d'étapes que je ne peux en faire d'un coup. Pouvez-vous demander une partie plus petite, ou parler à une personne ?",
  "trouble.time": "Cela m'a pris trop de temps. Veuillez réessayer, ou parler à une personne.",
  "trouble.unsure":
    "Je ne sais pas si ma dernière étape a abouti, je ne la répète donc pas. Une personne devrait regarder cela.",
  "trouble.long talk":
    "Cette conversation est devenue longue, je repars donc de zéro ici : je ne regarde plus ce qui a été dit avant. " +
    "Si quelque chose compte encore, redites-le-moi, ou parlez à une personne.",

  "limit.user minute one": "C'était un peu rapide pour moi : je peux traiter 1 message par minute.",
  "limit.user minute": "C'était un peu rapide pour moi : je peux traiter {count} messages par minute.",
  "limit.endpoint minute one": "C'était un peu rapide pour moi : ceci accepte 1 demande par minute.",
  "limit.endpoint minute": "C'était un peu rapide pour moi : ceci accepte {count} demandes par minute.",
  "limit.company minute":
    "Beaucoup de personnes nous écrivent en ce moment, plus que je ne peux en servir à la fois.",
  "limit.address minute": "Beaucoup de messages arrivent de votre réseau en ce moment.",
  "limit.user hour one": "Vous avez utilisé votre unique message de cette heure.",
  "limit.user hour": "Vous avez utilisé vos {count} messages de cette heure.",
  "limit.user day one": "Vous avez utilisé votre unique message du jour.",
  "limit.user day": "Vous avez utilisé vos {count} messages du jour.",
  "limit.again in a second": "Écrivez de nouveau dans 1 seconde, ou parlez à une personne.",
  "limit.again in seconds": "Écrivez de nouveau dans {count} secondes, ou parlez à une personne.",
  "limit.again in minutes": "Écrivez de nouveau dans {count} minutes, ou parlez à une personne.",
  "limit.again today": "Écrivez de nouveau à {time} ({zone}), ou parlez à une personne.",
  "limit.again tomorrow": "Écrivez de nouveau demain à {time} ({zone}), ou parlez à une personne.",

  "safety.self-harm":
    "Je suis désolé que vous traversiez cela. Vous n'êtes pas seul : des personnes peuvent vous aider tout de suite.",
  "safety.violence":
    "Je suis désolé, et je prends cela au sérieux. Des personnes peuvent vous aider tout de suite.",
  "safety.personal data": "Je ne peux rien communiquer sur d'autres personnes.",
  "safety.call": "Vous pouvez appeler : **{number}**.",
  "safety.find": "Sur findahelpline.com vous trouverez de l'aide près de chez vous.",
  "safety.emergency": "Si quelqu'un est en danger, appelez les secours.",

  "help.ask":
    "Mentionnez-moi avec une question et je réponds dans le fil. Pour la suite, aucune nouvelle mention n'est nécessaire.",
  "help.human": "Écrivez `human`, ou appuyez sur le bouton, pour joindre une personne.",
  "help.refused": "Je n'ai pas pu exécuter `{command}` : {reason}.",
};
