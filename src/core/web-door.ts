import type { Accepted, Attachment } from "./envelope.ts";
import { TransientError } from "./errors.ts";
import type { Visitor, WebThread } from "./transcript.ts";

/** What a visitor does. Ids are the visitor's own and make a repetition harmless. */
export type VisitorAct =
  | {
      readonly kind: "message";
      readonly id: string;
      readonly text: string;
      readonly attachments?: readonly Attachment[] | undefined;
      /** The message it answers. */
      readonly repliesTo?: string | undefined;
    }
  | { readonly kind: "edit"; readonly id: string; readonly target: string; readonly text: string }
  | { readonly kind: "typing"; readonly id: string }
  | { readonly kind: "delete"; readonly id: string; readonly target: string }
  | {
      readonly kind: "action";
      readonly id: string;
      readonly action: string;
      readonly value: string;
      readonly target?: string | undefined;
    };

/** One act of a visitor whose right to the thread is proved, as it came in. */
export interface VisitorEvent extends WebThread {
  readonly visitor: Visitor;
  readonly act: VisitorAct;
  /** ISO 8601. */
  readonly at: string;
  readonly correlationId: string;
}

/** Where the server hands over what visitors do, and the web channel takes it. */
export interface WebDoor {
  /** Rejects with TransientError while nobody has opened it, or when nothing was kept. */
  take(event: VisitorEvent): Promise<Accepted>;
  open(take: (event: VisitorEvent) => Promise<Accepted>): void;
  close(): void;
}

/** A door nobody has opened yet. */
export function createWebDoor(): WebDoor {
  let taking: ((event: VisitorEvent) => Promise<Accepted>) | undefined;
  return {
    take: async (event) => {
      if (taking === undefined)
        throw new TransientError("web: the door is closed: this process is starting or stopping");
      return taking(event);
    },
    open: (take) => {
      taking = take;
    },
    close: () => {
      taking = undefined;
    },
  };
}
