import type { Accept } from "../core/envelope.ts";
import type { Log } from "../core/log.ts";
import { createReacted } from "../handoff/deck/reacted.ts";
import { createHeldMessages } from "../inbox/held-messages.ts";
import { createInbox, type InboxParts } from "../inbox/inbox.ts";
import type { ComposedDesks } from "./compose-desks.ts";
import { composeDoors } from "./compose-doors.ts";
import type { Ground } from "./compose-ground.ts";

interface InboxComposition {
  readonly ground: Ground;
  readonly desks: Pick<ComposedDesks, "rooms" | "reactions" | "typing">;
  /** Hears what is said in places that are a source of documents, and lets it through. */
  readonly overhear: (accept: Accept) => Accept;
  readonly onArrival: InboxParts["onArrival"];
  readonly log: Log;
}

/** The channels' doors and the inbox behind them. */
export function composeInbox({ ground, desks, overhear, onArrival, log }: InboxComposition) {
  const { channels, sealer, installations, metrics, doorsDatabase: database } = ground;
  const held = createHeldMessages({ database, sealer });
  const inbox = createInbox({
    database,
    sealer,
    installations,
    held,
    rooms: desks.rooms,
    reacted: desks.reactions.beside(createReacted({ database })),
    typed: desks.typing.typed,
    readsBack: (channel) => channels.get(channel)?.capabilities.reconciles !== false,
    onArrival,
    onBeginning: ({ channel }) => metrics.conversations.inc({ channel, agent: "customer" }),
    onLateBeginning: (message) => {
      const channel = channels.get(message.channel);
      if (channel !== undefined) doors.readAfter(channel, message);
    },
    onMembership: (envelope) => {
      const channel = channels.get(envelope.channel);
      if (envelope.change === "rate limited" && channel !== undefined) void doors.catchUpWith(channel);
    },
    count: (outcome, channel) => metrics.accepted.inc({ channel, outcome }),
    log,
  });
  const doors = composeDoors({
    channels: [...channels.values()],
    accept: overhear(inbox.accept),
    database: ground.database,
    log,
  });
  return { inbox, held, doors };
}
