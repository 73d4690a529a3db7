import type { StaffId } from "../../core/ids.ts";
import type { TextCommand } from "../../core/text-command.ts";
import type { MessageContent } from "../../inbox/message-content.ts";
import type { OpenControl } from "../handoff-store.ts";

/** A command as it came, by whichever way. */
export interface DeckCall {
  readonly command: TextCommand;
  readonly control: OpenControl;
  readonly content: MessageContent;
  /** The colleague it came from; undefined for everybody else. */
  readonly staff: StaffId | undefined;
}

/** A command of a colleague. */
export interface StaffCall extends DeckCall {
  readonly staff: StaffId;
}
