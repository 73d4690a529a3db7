import { nextMessageId, toStableGuid, toStableToken } from "./ids.ts";
import type { App, Change, Conversation, Message, Person, SeenMessage, Team, Tenant } from "./model.ts";
import { toPerson } from "./seed.ts";
import type { PersonSeed, TeamDraft, TenantSeed } from "./seed.ts";
import { toSeenMessage } from "./seen-message.ts";

/** Everything there is: tenants, people, teams, conversations and what stands in them. */
export class State {
  readonly tenants = new Map<string, Tenant>();
  readonly people = new Map<string, Person>();
  readonly teams = new Map<string, Team>();
  readonly conversations = new Map<string, Conversation>();
  readonly app: App;
  readonly botId: string;
  readonly #changed: () => void;
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(app: App, changed: () => void) {
    this.app = app;
    this.botId = `28:${app.appId}`;
    this.#changed = changed;
  }

  load(seeds: readonly TenantSeed[]): void {
    for (const map of [this.tenants, this.people, this.teams, this.conversations]) map.clear();
    for (const seed of seeds) this.#loadTenant(seed);
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells the listeners; the change is only made when there is one. */
  changed(change: () => Change): void {
    if (this.#listeners.size > 0) {
      const told = change();
      for (const listener of this.#listeners) listener(told);
    }
    this.#changed();
  }

  findPerson(nameOrId: string, tenantId?: string): Person {
    const known = this.people.get(nameOrId);
    if (known !== undefined) return known;
    const wanted = nameOrId.toLowerCase();
    for (const person of this.people.values()) {
      if (tenantId !== undefined && person.tenantId !== tenantId) continue;
      const name = person.name.toLowerCase();
      if (name === wanted || name.split(" ")[0] === wanted || person.aadObjectId === wanted) return person;
    }
    throw new Error(`teams simulator: no such person: ${nameOrId}`);
  }

  /** By id (also with a thread's `;messageid=`), `#channel`, group chat name, or `personal` of the user. */
  findConversation(nameOrId: string, user?: Person): Conversation {
    if (nameOrId === "personal") {
      if (user === undefined) throw new Error("teams simulator: whose personal chat?");
      return this.personalChat(user);
    }
    const known = this.conversations.get(baseOf(nameOrId));
    if (known !== undefined) return known;
    const name = nameOrId.replace(/^#/, "").toLowerCase();
    for (const conversation of this.conversations.values())
      if (
        conversation.name.toLowerCase() === name &&
        (user === undefined || conversation.tenantId === user.tenantId)
      )
        return conversation;
    throw new Error(`teams simulator: no such conversation: ${nameOrId}`);
  }

  /** The user's chat with the bot, made when there is none. */
  personalChat(user: Person): Conversation {
    const id = `a:1${toStableToken(`${user.id}/personal`, 80)}`;
    const known = this.conversations.get(id);
    if (known !== undefined) return known;
    return this.#addConversation({ id, kind: "personal", tenantId: user.tenantId, name: "" }, [user.id]);
  }

  /** Puts a message into a conversation, under a new id. */
  post(
    conversation: Conversation,
    draft: { from: string; isBot: boolean; rootId?: string | undefined; activity: Record<string, unknown> },
  ): Message {
    const { rootId, ...rest } = draft;
    conversation.lastId = nextMessageId(conversation.lastId);
    const now = Date.now();
    const message: Message = {
      conversation: conversation.id,
      id: String(conversation.lastId),
      ...(rootId === undefined || conversation.kind !== "channel" ? {} : { rootId }),
      ...rest,
      createdAt: now,
      changedAt: now,
      toldBot: false,
      edited: false,
      deleted: false,
      edits: [],
      reactions: [],
    };
    conversation.messages.set(message.id, message);
    return message;
  }

  findMessage(conversation: Conversation, id: string): Message {
    const message = conversation.messages.get(id);
    if (message === undefined)
      throw new Error(`teams simulator: no message ${id} in ${conversation.name || conversation.id}`);
    return message;
  }

  seen(message: Message): SeenMessage {
    return toSeenMessage(this, message);
  }

  /** Gives the General channel first. Whoever is new can write to the bot alone as well. */
  addTeam(draft: TeamDraft): readonly Conversation[] {
    const tenant =
      draft.tenantId === undefined ? [...this.tenants.values()][0] : this.tenants.get(draft.tenantId);
    if (tenant === undefined) throw new Error("teams simulator: there is no such tenant");
    const people = draft.people.map((seed) => this.#addPerson(tenant, seed));
    const team = this.#addTeam(tenant.id, draft.name);
    const made = [
      this.#addChannel(team, "General", people),
      ...(draft.channels ?? []).map(({ name, members }) => {
        const inside = people.filter((person) => members === undefined || members.includes(person.name));
        const channel = this.#addChannel(team, name, inside, members !== undefined);
        if (members !== undefined) channel.botInstalled = false;
        return channel;
      }),
    ];
    if (draft.botInstalled === false) for (const channel of made) channel.botInstalled = false;
    return made;
  }

  get openStreams(): number {
    let open = 0;
    for (const { messages } of this.conversations.values())
      for (const { stream } of messages.values()) if (stream?.state === "open") open += 1;
    return open;
  }

  #loadTenant(seed: TenantSeed): void {
    this.tenants.set(seed.id, { id: seed.id, name: seed.name });
    const people = seed.people.map((one) => toPerson(seed, one));
    for (const person of people) this.people.set(person.id, person);
    for (const { name, channels } of seed.teams) {
      const team = this.#addTeam(seed.id, name);
      for (const channel of channels) this.#addChannel(team, channel, people);
    }
    for (const { name, members } of seed.groupChats)
      this.#addConversation(
        {
          id: `19:${toStableGuid(`${seed.id}/${name}`).replaceAll("-", "")}@thread.v2`,
          kind: "groupChat",
          tenantId: seed.id,
          name,
        },
        members.map((member) => this.findPerson(member, seed.id).id),
      );
    for (const person of people) if (!person.isBot) this.personalChat(person);
  }

  #addPerson(tenant: Tenant, seed: PersonSeed): Person {
    const person = toPerson(tenant, seed);
    const known = this.people.get(person.id);
    if (known !== undefined) return known;
    this.people.set(person.id, person);
    if (!person.isBot) this.personalChat(person);
    return person;
  }

  #addTeam(tenantId: string, name: string): Team {
    const team: Team = {
      id: `19:${toStableToken(`${tenantId}/${name}`, 43)}1@thread.tacv2`,
      tenantId,
      aadGroupId: toStableGuid(`${tenantId}/${name}/group`),
      name,
    };
    this.teams.set(team.id, team);
    return team;
  }

  /** General has the team's id. */
  #addChannel(team: Team, name: string, people: readonly Person[], isPrivate = false): Conversation {
    const own = `19:${toStableGuid(`${team.tenantId}/${team.name}/${name}`).replaceAll("-", "")}@thread.tacv2`;
    const id = name === "General" ? team.id : own;
    return this.#addConversation(
      {
        id,
        kind: "channel",
        tenantId: team.tenantId,
        name,
        teamId: team.id,
        ...(isPrivate ? { isPrivate } : {}),
      },
      people.map((person) => person.id),
    );
  }

  #addConversation(
    base: Pick<Conversation, "id" | "kind" | "tenantId" | "name"> & { teamId?: string; isPrivate?: boolean },
    members: readonly string[],
  ): Conversation {
    const conversation: Conversation = {
      ...base,
      members: new Set([...members, this.botId]),
      botInstalled: true,
      blocked: false,
      messages: new Map(),
      lastId: 0,
    };
    this.conversations.set(conversation.id, conversation);
    return conversation;
  }
}

/** A conversation's own id, without the thread. */
export function baseOf(conversationId: string): string {
  const mark = conversationId.indexOf(";");
  return mark < 0 ? conversationId : conversationId.slice(0, mark);
}
