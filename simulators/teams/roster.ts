import type { Conversation } from "./model.ts";
import type { Delivering } from "./people.ts";
import type { Platform } from "./platform.ts";
import { createEventId, toChannelData, toEnvelope } from "./wire-activity.ts";

type Fields = Record<string, unknown>;

/** A team or one of its channels is renamed, made or removed. `team` and `channel` are names or ids. */
export interface TeamEvent {
  readonly type: "teamRenamed" | "channelCreated" | "channelRenamed" | "channelDeleted" | "teamArchived";
  readonly user: string;
  readonly channel: string;
  /** The new name, where there is one. */
  readonly name?: string;
}

/** Who comes and goes, the bot included. */
export class Roster {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** The bot comes or goes: an installationUpdate and a conversationUpdate, as Teams sends both. */
  installs(installation: {
    readonly conversation: string;
    readonly user?: string;
    readonly action?: "add" | "remove";
  }): Delivering {
    const { state, deliverer } = this.#platform;
    const { scene, conversation } = this.#scene(installation.conversation, installation.user);
    const isAdded = installation.action !== "remove";
    for (const one of this.#together(conversation)) one.botInstalled = isAdded;
    const base = toEnvelope(this.#platform, scene, "installationUpdate", createEventId());
    const channelData = toChannelData(scene, {
      eventType: isAdded ? "teamMemberAdded" : "teamMemberRemoved",
    });
    state.changed(() => ({ kind: "conversation", conversation: conversation.id }));
    const sent = [
      deliverer.activity({
        ...base,
        action: isAdded ? "add" : "remove",
        channelData: toChannelData(scene, {
          settings: { selectedChannel: { id: conversation.id } },
          source: { name: "message" },
        }),
      }),
      deliverer.activity({
        ...base,
        type: "conversationUpdate",
        id: createEventId(),
        [isAdded ? "membersAdded" : "membersRemoved"]: [{ id: state.botId }],
        channelData,
      }),
    ];
    return { delivered: Promise.all(sent).then((records) => records.flat()) };
  }

  memberChanges(change: {
    readonly conversation: string;
    readonly user: string;
    readonly added: boolean;
  }): Delivering {
    const { state, deliverer } = this.#platform;
    const { scene, conversation } = this.#scene(change.conversation, change.user);
    for (const { members } of this.#together(conversation)) {
      if (change.added) members.add(scene.person.id);
      else members.delete(scene.person.id);
    }
    state.changed(() => ({ kind: "conversation", conversation: conversation.id }));
    const { id, aadObjectId } = scene.person;
    return {
      delivered: deliverer.activity({
        ...toEnvelope(this.#platform, scene, "conversationUpdate", createEventId()),
        [change.added ? "membersAdded" : "membersRemoved"]: [{ id, aadObjectId }],
        channelData: toChannelData(scene, {
          eventType: change.added ? "teamMemberAdded" : "teamMemberRemoved",
        }),
      }),
    };
  }

  teamEvent(event: TeamEvent): Delivering {
    const { state, deliverer } = this.#platform;
    const { scene, conversation } = this.#scene(event.channel, event.user);
    const team = state.teams.get(conversation.teamId ?? "");
    if (team === undefined) throw new Error(`teams simulator: ${event.channel} is no channel`);
    if (event.name !== undefined && event.type === "teamRenamed") team.name = event.name;
    if (event.name !== undefined && event.type === "channelRenamed") conversation.name = event.name;
    state.changed(() => ({ kind: "conversation", conversation: conversation.id }));
    const isOfTeam = event.type.startsWith("team");
    return {
      delivered: deliverer.activity({
        ...toEnvelope(this.#platform, scene, "conversationUpdate", createEventId()),
        channelData: {
          ...(isOfTeam ? {} : { channel: { id: conversation.id, name: conversation.name } }),
          team: { id: team.id, name: team.name, aadGroupId: team.aadGroupId },
          eventType: event.type,
          tenant: { id: conversation.tenantId },
        } satisfies Fields,
      }),
    };
  }

  #scene(nameOrId: string, user: string | undefined) {
    const { state } = this.#platform;
    const asked = user === undefined ? undefined : state.findPerson(user);
    const conversation = state.findConversation(nameOrId, asked);
    const person =
      asked ??
      [...conversation.members].map((id) => state.people.get(id)).find((one) => one?.isBot === false);
    if (person === undefined) throw new Error(`teams simulator: nobody is in ${nameOrId}`);
    return { conversation, scene: { conversation, person } };
  }

  /** People and bots are in a team as a whole, in one of its private channels, or in one chat. */
  #together(conversation: Conversation): Conversation[] {
    if (conversation.teamId === undefined || conversation.isPrivate === true) return [conversation];
    return [...this.#platform.state.conversations.values()].filter(
      ({ teamId, isPrivate }) => teamId === conversation.teamId && isPrivate !== true,
    );
  }
}
