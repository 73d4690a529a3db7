import type { Attempt, MessageRef, Target } from "../../src/core/channel.ts";
import { PermanentError } from "../../src/core/errors.ts";
import { isFields, textAt } from "../kit/fields.ts";
import { isCode } from "./errors.ts";
import { guard, refOf, toNonce } from "./attempt.ts";
import type { Upload } from "./multipart.ts";
import { type DiscordPayload, ephemeral } from "./render.ts";
import { readReturnPath } from "./return-path.ts";
import type { DiscordWeb } from "./web.ts";

/**
 * Tells one person something: through the interaction it answers, which shows it in the room to nobody else, as long
 * as its token lives; else in a direct message. Never into the room. Throws PermanentError when the person takes
 * neither.
 */
export async function whisper(
  { web, now }: { readonly web: DiscordWeb; readonly now: () => number },
  target: Target,
  said: {
    readonly payload: DiscordPayload;
    readonly file?: Upload | undefined;
    readonly to: string;
    readonly attempt: Attempt;
  },
): Promise<MessageRef> {
  const { payload, file, to, attempt } = said;
  const { interaction } = readReturnPath(target.returnPath);
  if (interaction !== undefined && interaction.until > now()) {
    try {
      const route = `/webhooks/${interaction.application}/${interaction.token}`;
      const answer = await web.call("POST", route, {
        doing: "whisper a reply",
        body: { ...payload, flags: payload.flags | ephemeral },
        file,
        query: { wait: "true" },
        creates: true,
        isTokenless: true,
        ...guard(attempt),
      });
      return refOf(answer);
    } catch (cause) {
      if (!isCode(cause, ...pathIsGone)) throw cause;
    }
  }
  const answer = await web.call("POST", `/channels/${await openDirect(web, to, attempt)}/messages`, {
    doing: "whisper a reply in a direct message",
    body: { ...payload, nonce: toNonce(attempt.deliveryId), enforce_nonce: true },
    file,
    creates: true,
    ...guard(attempt),
  });
  return refOf(answer);
}

/** Unknown webhook or interaction, or a token that is no more. */
const pathIsGone = [10015, 10062, 50027] as const;

async function openDirect(web: DiscordWeb, person: string, attempt: Attempt): Promise<string> {
  const channel = await web.call("POST", "/users/@me/channels", {
    doing: "open a direct conversation",
    body: { recipient_id: person },
    ...guard(attempt),
  });
  const id = isFields(channel) ? textAt(channel, "id") : undefined;
  if (id !== undefined) return id;
  throw new PermanentError("discord: open a direct conversation: Discord named none", {
    code: "bad_answer",
  });
}
