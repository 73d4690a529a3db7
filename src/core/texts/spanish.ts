import type { Translation } from "./english.ts";

export const spanish: Translation = {
  "button.human": "Hablar con una persona",
  "button.good": "👍 Bien",
  "button.not good": "👎 Nada bien",

  "handoff.waiting": "He pedido a alguien del equipo que se encargue. Le responderá aquí mismo.",
  "handoff.waiting since":
    "He pedido a alguien del equipo que se encargue (en espera desde las {time}). Le responderá aquí mismo.",
  "handoff.joined": "Alguien del equipo ya está aquí y se encarga a partir de ahora.",
  "handoff.has taken over": "🙋 {name} se encarga ahora.",
  "handoff.somebody has taken over": "🙋 Alguien del equipo se encarga ahora.",
  "handoff.cut": "_Alguien del equipo se encarga ahora._",
  "handoff.stopped": "_Me detengo aquí: antes tiene que verlo una persona._",
  "handoff.bot is back": "He vuelto. Pregúnteme lo que quiera.",
  "handoff.card is back": "Aquí se pidió ayuda al equipo; la conversación vuelve a estar conmigo.",
  "handoff.resolved": "Esta conversación está resuelta. Escriba aquí de nuevo si necesita algo más.",
  "handoff.card resolved": "✅ Esta conversación está resuelta.",
  "handoff.reopened": "Hola de nuevo, esta conversación vuelve a estar abierta.",
  "handoff.merged": "Alguien del equipo sigue con esto en su otra conversación con nosotros.",
  "handoff.offer": "Llevamos ya un rato con esto. Si prefiere hablar con una persona, use el botón de abajo.",
  "handoff.withdrawn": "_Este mensaje se ha retirado._",
  "handoff.team": "Equipo de soporte",
  "handoff.corrected by": "_✏️ Corregido por {name}._",
  "handoff.corrected by somebody": "_✏️ Corregido por alguien del equipo._",
  "handoff.corrected":
    "Lo que se le dijo sobre «{question}» no era correcto. Alguien del equipo lo ha corregido:",

  "wait.one before": "Hay 1 persona antes que usted.",
  "wait.some before": "Hay {count} personas antes que usted.",
  "wait.soon": "Suele tardar menos de un minuto.",
  "wait.about": "Suele tardar unos {span}.",
  "wait.range": "Suele tardar de {from} a {to}.",
  "wait.one minute": "1 minuto",
  "wait.minutes": "{count} minutos",
  "wait.hours": "{count} horas",
  "wait.meanwhile":
    "Puede seguir escribiendo aquí, lo leerán todo. Si no puede esperar, deje su correo electrónico o su teléfono.",
  "wait.cancel": "No esperar",
  "wait.ask": "Preguntar al bot mientras tanto",
  "wait.asking":
    "Pregunte lo que quiera: respondo aquí hasta que alguien del equipo se encargue. Conserva su lugar.",
  "wait.over": "Ya no está en espera.",
  "wait.contact noted": "Gracias, anotado: {contact}. Podremos contactarle ahí, y conserva su lugar.",
  "wait.closed": "Ahora mismo no hay nadie del equipo. Volvemos: {moment}.",
  "wait.place kept":
    "Conserva su lugar. Si debemos responderle por otra vía, escriba aquí su correo electrónico o su teléfono.",

  "rating.question": "¿Qué le ha parecido la ayuda que ha recibido aquí?",
  "rating.thanks": "Gracias. Si quiere, dé también una puntuación: 1 es lo peor y 5 lo mejor.",
  "rating.noted": "Gracias, queda anotado.",

  "draft.note":
    "He escrito una respuesta. Alguien del equipo la revisa antes de enviarla; llegará aquí mismo.",
  "approval.asked":
    "He pedido a alguien del equipo que apruebe esto (`{tool}`). Todavía no se ha hecho nada; volveré aquí cuando se haya decidido.",
  "approval.approved": "`{tool}` está aprobado. Me pongo con ello.",
  "approval.refused": "`{tool}` se ha rechazado. No se ha hecho nada.",
  "approval.expired": "Nadie ha aprobado `{tool}` a tiempo. No se ha hecho nada.",
  "approval.stood down":
    "`{tool}` no se aprobó antes de que alguien del equipo se encargara. No se ha hecho nada.",
  "approval.only staff": "Eso solo puede decidirlo el personal.",
  "done.approved": "`{tool}` se ha aprobado y está hecho:",
  "done.approved failed": "`{tool}` se ha aprobado, pero ha fallado.",
  "done.later": "`{tool}` está hecho:",
  "done.later failed": "`{tool}` no ha salido bien. Puede intentarlo de nuevo o hablar con una persona.",

  "trouble.late":
    "Disculpe, esto tarda más de lo debido. Sigo con ello, y puede hablar con una persona en cualquier momento.",
  "trouble.given up":
    "Algo ha fallado por mi parte y no he podido atender su mensaje. El equipo ya está avisado.",
  "trouble.no model":
    "Todavía no puedo responder preguntas: aquí no hay ningún modelo de lenguaje configurado. Una persona puede ayudarle.",
  "trouble.unavailable":
    "Ahora mismo tengo problemas. Inténtelo más tarde, por favor, o hable con una persona.",
  "trouble.empty":
    "No he encontrado respuesta a eso. ¿Puede decirlo de otra forma, o prefiere que le ayude una persona?",
  "trouble.budget": "Por ahora no puedo responder más preguntas. Una persona puede ayudarle.",
  "trouble.steps":
    "Eso requería más pasos de los que puedo dar de una vez. ¿Puede pedir una parte más pequeña, o hablar con una persona?",
  "trouble.time": "He tardado demasiado. Inténtelo de nuevo, por favor, o hable con una persona.",
  "trouble.unsure":
    "No sé si mi último paso llegó a hacerse, así que no lo repetiré. Esto debería verlo una persona.",
  "trouble.long talk":
    "Esta conversación se ha hecho larga, así que empiezo de nuevo aquí: desde ahora no miro lo que se dijo antes. " +
    "Si algo de ello importa, dígamelo otra vez, por favor, o hable con una persona.",

  "limit.user minute one": "Ha ido un poco rápido para mí: puedo atender 1 mensaje por minuto.",
  "limit.user minute": "Ha ido un poco rápido para mí: puedo atender {count} mensajes por minuto.",
  "limit.endpoint minute one": "Ha ido un poco rápido para mí: aquí cabe 1 petición por minuto.",
  "limit.endpoint minute": "Ha ido un poco rápido para mí: aquí caben {count} peticiones por minuto.",
  "limit.company minute": "Ahora mismo nos escribe mucha gente, más de la que puedo atender a la vez.",
  "limit.address minute": "Ahora mismo llegan muchos mensajes desde su red.",
  "limit.user hour one": "Ha usado el único mensaje de esta hora.",
  "limit.user hour": "Ha usado los {count} mensajes de esta hora.",
  "limit.user day one": "Ha usado el único mensaje de hoy.",
  "limit.user day": "Ha usado los {count} mensajes de hoy.",
  "limit.again in a second": "Vuelva a escribir dentro de 1 segundo, por favor, o hable con una persona.",
  "limit.again in seconds":
    "Vuelva a escribir dentro de {count} segundos, por favor, o hable con una persona.",
  "limit.again in minutes":
    "Vuelva a escribir dentro de {count} minutos, por favor, o hable con una persona.",
  "limit.again today": "Vuelva a escribir a las {time} ({zone}), por favor, o hable con una persona.",
  "limit.again tomorrow":
    "Vuelva a escribir mañana a las {time} ({zone}), por favor, o hable con una persona.",

  "safety.self-harm":
    "Siento mucho que estés pasando por esto. No estás solo: hay personas que pueden ayudarte ahora mismo.",
  "safety.violence": "Lo siento mucho y me lo tomo en serio. Hay personas que pueden ayudarte ahora mismo.",
  "safety.personal data": "No puedo compartir datos de otras personas.",
  "safety.call": "Puedes llamar a: **{number}**.",
  "safety.find": "En findahelpline.com encuentras ayuda donde estés.",
  "safety.emergency": "Si alguien está en peligro, llama a emergencias.",

  "help.ask":
    "Mencióneme con una pregunta y respondo en el hilo. Para seguir preguntando no hace falta otra mención.",
  "help.human": "Escriba `human`, o pulse el botón, para hablar con una persona.",
  "help.refused": "No he podido ejecutar `{command}`: {reason}.",
};
