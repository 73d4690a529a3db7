/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./api.js").Person} Person
 * @typedef {import("./api.js").Scene} Scene
 * @typedef {{ message: Message, version: number }} Entry
 */

/** What the page knows and shows. Whoever changes it asks for a new drawing. */
export class Store {
  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    /** @type {Person} */
    this.person = scene.people[0] ?? { id: "", name: "", realName: "", isStaff: false, directChannel: "" };
    this.channel = firstChannel(scene);
    /** @type {string | undefined} */
    this.thread = undefined;
    /** @type {string | undefined} */
    this.editing = undefined;
    /** @type {Map<string, Map<string, Entry>>} */
    this.channels = new Map();
    /** @type {Map<string, string>} */
    this.statuses = new Map();
    /** Per person: channels and `channel/thread` with something new. @type {Set<string>} */
    this.unread = new Set();
    /** @type {Set<string>} */
    this.pressed = new Set();
  }

  /** @param {string} id */
  become(id) {
    const wasDirect = this.channel === this.person.directChannel;
    this.person = this.scene.people.find((person) => person.id === id) ?? this.person;
    if (wasDirect || !this.visibleChannels().includes(this.channel)) {
      this.channel = wasDirect ? this.person.directChannel : firstChannel(this.scene);
      this.thread = undefined;
    }
    this.editing = undefined;
    this.markRead();
  }

  /** Channels this person can see. */
  visibleChannels() {
    const channels = this.scene.channels.filter((one) => isOpenTo(one, this.person)).map(({ id }) => id);
    return this.hasDirect() ? [...channels, this.person.directChannel] : channels;
  }

  /** Whether one can answer in a thread here. */
  hasThreads() {
    return !this.isDirect() || this.scene.directThreads;
  }

  /** Whether one can talk to the bot alone. */
  hasDirect() {
    return this.person.directChannel !== "";
  }

  isDirect() {
    return this.channel === this.person.directChannel;
  }

  /** @param {string} id */
  userName(id) {
    if (id === this.scene.bot.id) return this.scene.bot.name;
    return this.scene.people.find((person) => person.id === id)?.name;
  }

  /** @param {string} id */
  channelName(id) {
    return this.scene.channels.find((channel) => channel.id === id)?.name;
  }

  /**
   * Takes a message in, unless a later look at it is known. True when it was not known before.
   * @param {Message} message
   * @param {number} version
   */
  take(message, version) {
    const known = this.channels.get(message.channel) ?? new Map();
    this.channels.set(message.channel, known);
    const before = known.get(message.ts);
    if (before !== undefined && before.version > version) return false;
    known.set(message.ts, { message, version });
    return before === undefined;
  }

  /**
   * What stands in the channel itself, oldest first. A deleted root stays while it has replies.
   * @returns {Message[]}
   */
  roots() {
    return this.#sorted(
      (message) =>
        (message.threadTs === undefined || message.broadcast) &&
        (!message.deleted || this.replies(message.ts).length > 0),
    );
  }

  /**
   * @param {string} ts
   * @returns {Message[]}
   */
  replies(ts) {
    return this.#sorted((message) => message.threadTs === ts && message.ts !== ts && !message.deleted);
  }

  /**
   * How many replies everyone sees.
   * @param {string} ts
   */
  replyCount(ts) {
    return this.replies(ts).filter((reply) => reply.ephemeralTo === undefined).length;
  }

  /**
   * @param {string} ts
   * @param {string} [channel]
   */
  message(ts, channel = this.channel) {
    return this.channels.get(channel)?.get(ts)?.message;
  }

  /** @param {(message: Message) => boolean} isWanted */
  #sorted(isWanted) {
    const entries = [...(this.channels.get(this.channel)?.values() ?? [])];
    return entries
      .map(({ message }) => message)
      .filter(
        (message) =>
          isWanted(message) && (message.ephemeralTo === undefined || message.ephemeralTo === this.person.id),
      )
      .sort((a, b) => a.at - b.at || a.ts.length - b.ts.length || (a.ts < b.ts ? -1 : 1));
  }

  /**
   * Remembers for everyone but its author that there is something new where they are not looking.
   * @param {Message} message
   */
  markUnread(message) {
    const place = message.channel;
    const thread = message.threadTs === undefined ? undefined : `${place}/${message.threadTs}`;
    for (const person of this.scene.people) {
      const channel = this.scene.channels.find(({ id }) => id === place);
      const isTheirs = channel === undefined ? person.directChannel === place : isOpenTo(channel, person);
      if (!isTheirs || person.id === message.user) continue;
      if (message.ephemeralTo !== undefined && message.ephemeralTo !== person.id) continue;
      this.unread.add(`${person.id} ${place}`);
      if (thread !== undefined) this.unread.add(`${person.id} ${thread}`);
    }
    this.markRead();
  }

  markRead() {
    if (document.hidden) return;
    this.unread.delete(`${this.person.id} ${this.channel}`);
    if (this.thread !== undefined) this.unread.delete(`${this.person.id} ${this.channel}/${this.thread}`);
  }

  /** @param {string} place A channel's id, or `channel/thread`. */
  isUnread(place) {
    return this.unread.has(`${this.person.id} ${place}`);
  }

  /** @param {string} threadTs Empty for the channel itself. */
  status(threadTs) {
    return this.statuses.get(`${this.channel}/${threadTs}`) ?? "";
  }
}

/**
 * @param {Scene} scene
 * @returns {string}
 */
function firstChannel({ channels }) {
  return channels.find(({ name }) => name === "support")?.id ?? channels[0]?.id ?? "";
}

/**
 * @param {import("./api.js").Channel} channel
 * @param {Person} person
 */
function isOpenTo({ members }, person) {
  return members?.includes(person.id) ?? true;
}
