import { textAt, type Fields } from "../kit/fields.ts";
import type { Taken } from "./take.ts";

/** What Slack is told with "received": nothing, or what the control needs. Shown to the person who used it. */
export type Acknowledgement = Readonly<Record<string, unknown>> | undefined;

/** Decides what an acknowledgement says. Pure. */
export function acknowledgementOf(body: Fields, taken: Taken): Acknowledgement {
  if (textAt(body, "command") !== undefined) return forCommand(taken);
  switch (textAt(body, "type")) {
    case "view_submission":
      return { response_action: "clear" };
    case "block_suggestion":
      return { options: [] };
    default:
      return undefined;
  }
}

/** A slash command leaves no trace in the channel, so without a word the person would not know it was heard. */
function forCommand(taken: Taken): Acknowledgement {
  switch (taken.kind) {
    case "accepted":
      return whisper("On it…");
    case "duplicate":
      return undefined;
    case "ignored":
      return whisper("I could not make sense of that command.");
    case "not installed":
    case "forged":
      return whisper("Baton is not installed in this workspace. Ask an admin to install it again.");
    default:
      throw new Error(`unknown outcome: ${taken satisfies never}`);
  }
}

function whisper(text: string): Acknowledgement {
  return { response_type: "ephemeral", text };
}
