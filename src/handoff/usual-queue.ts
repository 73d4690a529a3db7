import { defaultQueue } from "../core/baton-event.ts";
import type { BatonEvent } from "../core/conversation.ts";

/** Whatever names no queue of its own goes to the company's usual one; each escalation tells by which rule it came. */
export function inUsualQueue(event: BatonEvent, usual = defaultQueue): BatonEvent {
  switch (event.kind) {
    case "escalate": {
      const { queue, reason, evidence = { rule: reason } } = event;
      return { ...event, evidence, queue: queue === defaultQueue ? usual : queue };
    }
    case "transfer":
    case "holder left":
      return { ...event, queue: event.queue === defaultQueue ? usual : event.queue };
    case "user message":
      return { ...event, queue: usual };
    default:
      return event;
  }
}
