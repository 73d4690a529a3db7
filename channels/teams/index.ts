import type { Channel, Installations, OpenTicket } from "../../src/core/channel.ts";
import { wordForms, type FormDesk } from "../../src/core/deck.ts";
import type { Accept } from "../../src/core/envelope.ts";
import type { Log } from "../../src/core/log.ts";
import { createBotBudget } from "../kit/bot-budget.ts";
import { createTransport } from "../kit/transport.ts";
import { fetchTeamsFile } from "./attachments.ts";
import { createConnectors } from "./connectors.ts";
import { createAnswerConsent } from "./consent.ts";
import { createSigningKeys } from "./keys.ts";
import { teamsLinkTo } from "./link.ts";
import { createMembersOf } from "./members.ts";
import { withForms } from "./offer-forms.ts";
import { createTeamsPacer } from "./pace.ts";
import { createTeamsRoutes, type Take } from "./receive.ts";
import { createTeamsSender } from "./send.ts";
import type { TeamsSettings } from "./settings.ts";
import { createTake } from "./take.ts";
import { createTeamsTokens } from "./tokens.ts";

interface TeamsChannelParts {
  readonly settings: TeamsSettings;
  readonly installations: Installations;
  /** Gives the bytes of a file a person consented to; without it every such file is gone. */
  readonly openTicket?: OpenTicket | undefined;
  /** Says what the forms on cards ask for; words alone when left out. */
  readonly formOf?: FormDesk | undefined;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Microsoft Teams: activities to `/teams/messages`, answers through the connector's REST API. Sending works without
 * `start`, and after `stop`.
 */
export function createTeamsChannel(parts: TeamsChannelParts): Channel {
  const { settings, installations } = parts;
  const now = parts.now ?? Date.now;
  const log = parts.log.child({ channel: "teams" });
  const transport = createTransport();
  const tokens = createTeamsTokens({ settings, transport, now });
  const pacer = createTeamsPacer({ pace: settings.pace, now });
  const keys = createSigningKeys({ openIdUrl: settings.openIdUrl, log, now });
  const connectorFor = createConnectors({ settings, installations, tokens, transport, pacer, log });
  const { openTicket = async () => undefined, formOf = wordForms } = parts;
  const answerConsent = createAnswerConsent({ settings, tokens, transport, pacer, openTicket, log });
  let take: Take | undefined;

  async function start(accept: Accept): Promise<void> {
    const budgeted = createBotBudget({ most: settings.botBudget, now, log }, accept);
    take ??= createTake({ settings, installations, log, now, accept: budgeted });
  }

  return {
    name: "teams",
    routes: createTeamsRoutes({ settings, keys, log, now, take: () => take, answerConsent }),
    start,
    ...withForms(createTeamsSender({ settings, connectorFor, log }), formOf),
    // A bot may read no history without Graph permissions for the whole tenant.
    history: async () => [],
    membersOf: createMembersOf(connectorFor),
    fetchAttachment: (_installation, attachment, maxBytes) =>
      fetchTeamsFile(attachment, {
        token: () => tokens.current(),
        extraHosts: settings.serviceHosts,
        maxBytes,
      }),
    linkTo: teamsLinkTo,
    async stop() {
      take = undefined;
    },
  };
}
