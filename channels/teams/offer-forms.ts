import type { Target } from "../../src/core/channel.ts";
import { deckFormOf, fitForm, type FormDesk } from "../../src/core/deck.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { FormButton } from "./card.ts";
import { bytesOf, renderReply, streamedLimit } from "./render.ts";
import type { TeamsSender } from "./send.ts";

/** Above this a list takes too much of a message, which holds 27 KB. */
const mostOptions = 50;

/** A form comes with its card, so what it lets choose is looked up when the card is sent or changes. */
export function withForms(sender: TeamsSender, formOf: FormDesk): TeamsSender {
  return {
    ...sender,
    send: async (target, reply, attempt) => sender.send(target, await offer(target, reply), attempt),
    update: async (target, ref, reply, attempt) =>
      sender.update(target, ref, await offer(target, reply), attempt),
  };

  async function offer({ installation, place }: Target, reply: Reply): Promise<Reply> {
    const { buttons = [] } = reply;
    if (!buttons.some(({ action }) => deckFormOf(action) !== undefined)) return reply;
    const offering = await Promise.all(
      buttons.map(async (button): Promise<FormButton> => {
        const form = await formOf({ action: button.action, installation, space: place.space });
        return form === undefined ? button : { ...button, form: fitForm(form, mostOptions) };
      }),
    );
    const offered = { ...reply, buttons: offering };
    return bytesOf(renderReply(offered)) > streamedLimit ? reply : offered;
  }
}
