import { afterEach, describe, expect, it } from "vitest";
import type { Envelope } from "../../../src/core/envelope.ts";
import { PermanentError, TransientError, UncertainError } from "../../../src/core/errors.ts";
import { actions } from "../../../src/core/reply.ts";
import { anAttempt, createInbox, targetOf } from "./teams-harness.ts";
import { simulate, type SimulatedOptions } from "./teams-stage.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function setUp(options: SimulatedOptions = {}) {
  const simulated = await simulate(options);
  closers.push(() => simulated.stop());
  const inbox = createInbox();
  await simulated.channel.start(inbox.accept);
  const { teams } = simulated;

  /** Somebody says something; resolves with its envelope. */
  async function hears(say: Parameters<typeof teams.userSays>[0]): Promise<Envelope> {
    const before = inbox.envelopes.length;
    await teams.userSays(say).delivered;
    const envelope = inbox.envelopes[before];
    if (envelope === undefined) throw new Error("not heard");
    return envelope;
  }

  return { ...simulated, inbox, hears };
}

const mention = { user: "Ana", conversation: "#Helpdesk", text: "where is my badge?", mentionsBot: true };
const direct = { user: "Ana", conversation: "personal", text: "where is my badge?" };

describe("Teams heard", () => {
  it("acknowledges as soon as the message is kept: no turn is waited for", async () => {
    const { teams, inbox } = await setUp();
    const [record] = await teams.userSays(mention).delivered;
    expect(record).toMatchObject({ acked: true, status: 200, attempt: 1 });
    expect(inbox.state.calls).toBe(1);
  });

  it("hears a message once, however often the connector sends it (M4)", async () => {
    const { teams, inbox } = await setUp();
    teams.faults.deliveries({ times: 1, do: { kind: "lose_ack" } });
    teams.faults.deliveries({ times: 1, do: { kind: "duplicate", copies: 2, concurrent: true } });
    await teams.userSays(mention).delivered;
    expect(teams.history().deliveries.length).toBeGreaterThanOrEqual(4);
    expect(inbox.envelopes).toHaveLength(1);
  });

  it("tells two messages with one id in two threads of a channel apart", async () => {
    const { hears } = await setUp();
    const [here, there] = [await hears(mention), await hears({ ...mention, conversation: "#General" })];
    expect(here.place.space).not.toBe(there.place.space);
    const reply = await hears({ ...mention, thread: here.id.split("/")[1] ?? "" });
    expect(reply).toMatchObject({ place: here.place, inThread: true });
    expect(reply.id).toMatch(new RegExp(`^${here.place.thread}/`));
  });

  it("reads who is named, in a channel, a group chat and a quote", async () => {
    const { hears, teams, channel } = await setUp({ hearsAll: true });
    expect(await hears({ ...mention, text: "@Ben do you know?" })).toMatchObject({
      text: "@Ben Okafor do you know?",
      addressed: "mention",
      mentionsOthers: true,
    });
    const group = await hears({ user: "Ana", conversation: "Launch", text: "@Ben what now?" });
    expect(group).toMatchObject({
      place: { thread: "chat", audience: "group" },
      addressed: "none",
      mentionsOthers: true,
      inThread: false,
    });
    const said = await hears({ user: "Ana", conversation: "Launch", text: "hello", mentionsBot: true });
    const { id } = await channel.send(targetOf(said), { body: "The answer." }, anAttempt());
    const quoting = await hears({ user: "Ben", conversation: "Launch", text: "really?", quotes: id });
    expect(quoting).toMatchObject({
      addressed: "reply",
      text: expect.stringMatching(/^> \*\*Baton\*\*[^]*really\?$/),
    });
    expect(teams.complaints()).toEqual([]);
  });

  it("hears edits, deletions and their undoing, and reactions to its answers", async () => {
    const { teams, inbox, hears, channel } = await setUp();
    const said = await hears(mention);
    const [root = "", id = ""] = said.id.split("/");
    const spot = { conversation: "#Helpdesk", id };
    await teams.userEdits({ ...spot, text: "where is my laptop?" }).delivered;
    await teams.userDeletes(spot).delivered;
    await teams.userUndeletes(spot).delivered;
    const [, edit, deletion, undeletion] = inbox.envelopes;
    expect(edit).toMatchObject({ kind: "edit", targetId: said.id, text: "where is my laptop?" });
    expect(deletion).toMatchObject({ kind: "delete", targetId: said.id });
    expect(undeletion).toMatchObject({ kind: "edit", targetId: said.id, text: "where is my laptop?" });
    const { id: answer } = await channel.send(targetOf(said), { body: "Here." }, anAttempt());
    const reaction = {
      user: "Ana",
      conversation: "#Helpdesk",
      id: answer.slice(root.length + 1),
      type: "like",
    };
    await teams.reacts(reaction).delivered;
    await teams.reacts({ ...reaction, remove: true }).delivered;
    expect(inbox.envelopes.slice(-2)).toMatchObject([
      { kind: "reaction", emoji: "like", added: true, targetId: answer },
      { kind: "reaction", emoji: "like", added: false, targetId: answer },
    ]);
  });

  it("brings a pressed button back with its value, as a message and as an invoke that is answered at once", async () => {
    const { teams, inbox, hears, channel } = await setUp();
    const said = await hears(direct);
    const reply = {
      body: "There.",
      buttons: [{ action: actions.human, label: "Talk to a human", value: "human" }],
      suggestions: ["How much is it?"],
      feedback: "turn-1",
    };
    const { id } = await channel.send(targetOf(said), reply, anAttempt());
    const press = { user: "Ana", conversation: "personal", messageId: id };
    await teams.clicks({ ...press, action: "Talk to a human" }).delivered;
    await teams.clicks({ ...press, action: "How much is it?" }).delivered;
    await teams.clicks({ ...press, action: "👎", inputs: { why: "too long" } }).delivered;
    const data = { baton: { action: actions.human, value: "again" } };
    const answered = await teams.executes({ ...press, data }).done;
    expect(answered).toMatchObject({ status: 200, body: { statusCode: 200 } });
    expect(inbox.envelopes.slice(1)).toMatchObject([
      { kind: "action", action: actions.human, value: "human", targetId: id },
      { kind: "action", action: actions.suggestion, value: "How much is it?" },
      { kind: "action", action: actions.feedbackDown, value: "turn-1", fields: { why: "too long" } },
      { kind: "action", action: actions.human, value: "again" },
    ]);
    expect(new Set(inbox.envelopes.map((envelope) => envelope.id)).size).toBe(5);
    expect(teams.complaints()).toEqual([]);
  });

  it("answers an invoke that is not for it without keeping anything", async () => {
    const { teams, inbox } = await setUp();
    const invoke = { ...teams.activityOf(direct), type: "invoke", name: "signin/verifyState", value: {} };
    const [record] = await teams.sendsActivity(invoke).delivered;
    expect(record?.status).toBe(501);
    expect(inbox.state.calls).toBe(0);
  });

  it("reads the files of a message, with its token only where that may go", async () => {
    const { hears, channel } = await setUp();
    const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
    const said = await hears({
      ...direct,
      files: [
        { name: "notes.txt", content: "hello" },
        { name: "shot.png", content: png, contentType: "image/png", inline: true },
        { name: "page.png", content: "<html>sign in</html>", contentType: "image/png", inline: true },
      ],
    });
    if (said.kind !== "message") throw new Error("no message");
    const [notes, shot, page] = said.attachments;
    if (notes === undefined || shot === undefined || page === undefined) throw new Error("no files");
    expect([notes.name, notes.mimeType, shot.mimeType]).toEqual(["notes.txt", "text/plain", "image/png"]);
    const read = (file: typeof notes, most = 1_000) => channel.fetchAttachment(said.installation, file, most);
    expect((await read(notes)).toString()).toBe("hello");
    expect(await read(shot)).toEqual(png);
    await expect(read(page)).rejects.toMatchObject({ name: "PermanentError", code: "file_denied" });
    await expect(read(notes, 3)).rejects.toMatchObject({ code: "file_too_big" });
    const elsewhere = { ...shot, handle: JSON.stringify({ url: "https://evil.tld/shot.png" }) };
    await expect(read(elsewhere)).rejects.toMatchObject({ code: "file_host" });
  });

  it("installs a tenant when it first hears of it, and says that it joined and left", async () => {
    const { teams, inbox, installations } = await setUp();
    await teams.installs({ conversation: "personal", user: "Ana", action: "add" }).delivered;
    await teams.installs({ conversation: "personal", user: "Ana", action: "remove" }).delivered;
    expect(inbox.envelopes.map((envelope) => envelope.kind === "membership" && envelope.change)).toEqual(
      expect.arrayContaining(["joined", "left"]),
    );
    expect(installations.saves).toEqual([
      {
        externalId: teams.app.tenantId,
        name: expect.any(String),
        credentials: { serviceUrl: teams.serviceUrl },
      },
    ]);
  });
});

describe("Teams answered", () => {
  it("answers in the thread that asked, as markdown with a card beneath", async () => {
    const { teams, hears, channel } = await setUp();
    const said = await hears(mention);
    const reply = {
      body: "# Badges\n\nAt **reception**.",
      citations: [{ title: "Guide", url: "https://docs.example/guide" }],
    };
    const { id } = await channel.send(targetOf(said), reply, anAttempt());
    const [answer] = teams.botReplies("#Helpdesk", said.place.thread);
    expect(`${said.place.thread}/${answer?.id}`).toBe(id);
    expect(answer).toMatchObject({ text: "**Badges**\n\nAt **reception**.", textFormat: "markdown" });
    expect(JSON.stringify(answer?.cards)).toContain("https://docs.example/guide");
    expect(teams.complaints()).toEqual([]);
  });

  it("takes Retry-After for how long to wait, and posts nothing (M1, M2)", async () => {
    const { teams, hears, channel } = await setUp();
    const target = targetOf(await hears(mention));
    teams.faults.api({
      operation: "message.create",
      times: 1,
      do: { kind: "rate_limit", retryAfterSeconds: 7 },
    });
    const limited: unknown = await channel
      .send(target, { body: "a" }, anAttempt())
      .catch((cause: unknown) => cause);
    expect(limited).toBeInstanceOf(TransientError);
    const wait = limited instanceof TransientError ? (limited.retryAfterMs ?? 0) : 0;
    expect(wait).toBeGreaterThanOrEqual(7_000);
    expect(wait).toBeLessThan(9_000);
    const other = targetOf(await hears({ ...mention, conversation: "#General" }));
    teams.faults.api({
      operation: "message.create",
      times: 1,
      do: { kind: "error", error: "PreconditionFailed" },
    });
    await expect(channel.send(other, { body: "b" }, anAttempt())).rejects.toMatchObject({
      name: "TransientError",
      code: "precondition_failed",
    });
    // A limit of one conversation holds up no other.
    await channel.send(other, { body: "c" }, anAttempt());
    expect(teams.botReplies("#Helpdesk")).toEqual([]);
  });

  it("is unsure of a create that was cut or met a 5xx, and sure that an update may be tried again (M3, P1, P2)", async () => {
    const { teams, hears, channel } = await setUp();
    const target = targetOf(await hears(mention));
    const ref = await channel.send(target, { body: "stands" }, anAttempt());
    for (const status of [500, 502, 503, 504, 408]) {
      teams.faults.api({
        operation: "message.create",
        times: 1,
        do: { kind: "status", status, when: "after" },
      });
      await expect(channel.send(target, { body: `${status}` }, anAttempt())).rejects.toBeInstanceOf(
        UncertainError,
      );
      teams.faults.api({
        operation: "message.update",
        times: 1,
        do: { kind: "status", status, when: "before" },
      });
      const update = channel.update(target, ref, { body: "new" }, anAttempt());
      await expect(update).rejects.toBeInstanceOf(TransientError);
    }
    for (const kind of ["cut", "malformed", "empty"] as const) {
      teams.faults.api({ operation: "message.create", times: 1, do: { kind, when: "after" } });
      await expect(channel.send(target, { body: kind }, anAttempt())).rejects.toBeInstanceOf(UncertainError);
    }
    const said = teams.botReplies("#Helpdesk").map(({ text }) => text);
    expect(said).toEqual(["stands", "500", "502", "503", "504", "408", "cut", "malformed", "empty"]);
  });

  it("cannot tell whether an unsure message is there, unless the tenant would rather see it twice", async () => {
    const sought = { deliveryId: anAttempt().deliveryId, since: new Date(0), known: [], streamed: false };
    const { hears, channel } = await setUp();
    const target = targetOf(await hears(mention));
    expect(await channel.find(target, sought)).toEqual({ kind: "cannot tell" });
    const bold = await setUp({ env: () => ({ TEAMS_ON_UNKNOWN: "resend" }) });
    expect(await bold.channel.find(targetOf(await bold.hears(mention)), sought)).toEqual({ kind: "absent" });
  });

  it("gives up where it was thrown out, blocked or the conversation is gone (M6)", async () => {
    const { teams, hears, channel } = await setUp();
    const target = targetOf(await hears(mention));
    for (const error of [
      "BotNotInConversationRoster",
      "ConversationBlockedByUser",
      "ConversationNotFound",
      "MessageSizeTooBig",
    ] as const) {
      teams.faults.api({ operation: "message.create", times: 1, do: { kind: "error", error } });
      const failure: unknown = await channel
        .send(target, { body: "x" }, anAttempt())
        .catch((cause: unknown) => cause);
      expect(failure).toBeInstanceOf(PermanentError);
      expect(failure).toMatchObject({ code: error });
    }
    expect(teams.botReplies("#Helpdesk")).toEqual([]);
  });

  it("follows the service address of the newest message, and knows the tenant's where a conversation has none (M5)", async () => {
    const { teams, hears, channel, installations } = await setUp();
    const first = await hears(mention);
    teams.moveServiceUrl({ region: "emea", old: "not_found" });
    const second = await hears({ ...mention, thread: first.place.thread });
    expect(second.place).toEqual(first.place);
    await expect(channel.send(targetOf(first), { body: "to the old" }, anAttempt())).rejects.toBeInstanceOf(
      PermanentError,
    );
    await channel.send(targetOf(second), { body: "to the new" }, anAttempt());
    await installations.save({
      externalId: teams.app.tenantId,
      name: "Contoso",
      credentials: { serviceUrl: teams.serviceUrl },
    });
    await channel.send({ ...targetOf(first), returnPath: undefined }, { body: "to the known" }, anAttempt());
    expect(teams.botReplies("#Helpdesk").map(({ text }) => text)).toEqual(["to the new", "to the known"]);
  });

  it("sends its token to no address that is not Microsoft's", async () => {
    const { hears, channel, teams } = await setUp();
    const target = targetOf(await hears(mention));
    for (const serviceUrl of ["https://evil.tld/", "http://10.0.0.1/", "nonsense"]) {
      const returnPath = JSON.stringify({ serviceUrl });
      const sent = channel.send({ ...target, returnPath }, { body: "x" }, anAttempt());
      await expect(sent).rejects.toMatchObject({ name: "PermanentError", code: "service_host" });
    }
    expect(teams.history().calls.filter(({ operation }) => operation === "message.create")).toEqual([]);
  });

  it("gets a new token when the old one ends on the way, and waits while none can be had (M7)", async () => {
    const { teams, hears, channel } = await setUp();
    const target = targetOf(await hears(mention));
    await channel.send(target, { body: "one" }, anAttempt());
    teams.expireTokens();
    await channel.send(target, { body: "two" }, anAttempt());
    teams.expireTokens();
    teams.faults.api({ operation: "token", times: 1, do: { kind: "status", status: 500, when: "before" } });
    await expect(channel.send(target, { body: "three" }, anAttempt())).rejects.toBeInstanceOf(TransientError);
    await channel.send(target, { body: "three" }, anAttempt());
    expect(teams.botReplies("#Helpdesk").map(({ text }) => text)).toEqual(["one", "two", "three"]);
  });

  it("gives up, with the remedy, when its secret is wrong", async () => {
    const { hears, channel } = await setUp({ env: () => ({ TEAMS_APP_PASSWORD: "not-the-secret" }) });
    const sent = channel.send(targetOf(await hears(mention)), { body: "x" }, anAttempt());
    await expect(sent).rejects.toThrow(/client secret has expired/);
  });

  it("sends 28 KB and more in pieces that Teams takes without complaint (M10)", async () => {
    const { teams, hears, channel } = await setUp();
    const target = targetOf(await hears(direct));
    const body = `${"ประโยคที่ยาวมาก ".repeat(2_000)}\n\n\`\`\`ts\n${'const a = "b";\n'.repeat(1_500)}\`\`\``;
    const parts = channel.split({ body, suggestions: ["More?"] });
    for (const part of parts) await channel.send(target, part, anAttempt());
    const said = teams.botReplies(target.place.space);
    expect(said).toHaveLength(parts.length);
    expect(parts.length).toBeGreaterThan(3);
    expect(teams.complaints()).toEqual([]);
    const text = said.map((message) => message.text).join("\n");
    expect(text.match(/ประโยคที่ยาวมาก/g)).toHaveLength(2_000);
    expect(text.match(/const a = "b";/g)).toHaveLength(1_500);
  });
});

describe("Teams streamed", () => {
  const words = (count: number): string => Array.from({ length: count }, (_, at) => `word${at}`).join(" ");

  async function streaming(options: SimulatedOptions = {}) {
    const stage = await setUp(options);
    const target = targetOf(await stage.hears(direct));
    return { ...stage, target, open: () => stage.channel.stream(target, words(3), anAttempt()) };
  }

  it("shows an answer growing in a personal chat, at the platform's pace", async () => {
    const { teams, target, open } = await streaming({
      timeScale: 1,
      streamIntervalMs: 1_000,
      env: () => ({ TEAMS_PACE: "platform" }),
    });
    const stream = await open();
    const shows = [5, 8, 12].map((count) => stream.show(words(count)));
    await Promise.all(shows);
    await stream.finish({ body: words(20), feedback: "turn-1" });
    const [answer, ...others] = teams.botReplies(target.place.space);
    expect(others).toEqual([]);
    expect(answer).toMatchObject({ id: stream.ref.id, text: words(20), streaming: false });
    expect(answer?.stream?.updates.map(({ type }) => type)).toEqual(["streaming", "streaming", "final"]);
    expect(teams.complaints()).toEqual([]);
  });

  it("says in a channel that it does not stream there", async () => {
    const { hears, channel } = await setUp();
    const stream = channel.stream(targetOf(await hears(mention)), "One", anAttempt());
    await expect(stream).rejects.toMatchObject({ name: "PermanentError", code: "no stream here" });
  });

  it("ends on the whole answer, once, whatever ends the stream meanwhile (M9)", async () => {
    const breakers = {
      "the person's Stop": ({ teams }) => teams.stopsStream({ conversation: "personal", user: "Ana" }),
      "a refusal": ({ teams }) =>
        void teams.faults.api({
          operation: "stream",
          times: 2,
          do: { kind: "error", error: "ContentStreamNotAllowed" },
        }),
      "its size": ({ teams }) =>
        void teams.faults.api({
          operation: "stream",
          times: 1,
          do: { kind: "error", error: "MessageSizeTooBig" },
        }),
      "a limit": ({ teams }) =>
        void teams.faults.api({
          operation: "stream",
          times: 1,
          do: { kind: "rate_limit", retryAfterSeconds: 1 },
        }),
    } satisfies Record<string, (stage: Awaited<ReturnType<typeof streaming>>) => void>;
    for (const [what, breakIt] of Object.entries(breakers)) {
      const stage = await streaming();
      const stream = await stage.open();
      breakIt(stage);
      await stream.show(words(6));
      await stream.show(words(9));
      await stream.finish({ body: words(12) });
      await stream.finish({ body: words(12) });
      const said = stage.teams.botReplies(stage.target.place.space);
      expect([what, said.at(-1)?.text, said.length]).toEqual([what, words(12), 1]);
    }
  });

  it("ends on the whole answer when the two minutes are over before it does (M9)", async () => {
    const { teams, target, open } = await streaming({ streamLifeMs: 30 });
    const stream = await open();
    await teams.waitFor(() => teams.botReplies(target.place.space)[0]?.stream?.state === "expired");
    await stream.show(words(6));
    await stream.finish({ body: words(12) });
    expect(teams.botReplies(target.place.space).map(({ text }) => text)).toEqual([words(12)]);
  });

  it("posts the answer as a message of its own when what is left of the stream cannot be changed", async () => {
    const { teams, target, open, channel } = await streaming();
    const stream = await open();
    const begun = stream.ref;
    teams.stopsStream({ conversation: "personal", user: "Ana" });
    teams.faults.api({
      operation: "message.update",
      times: 1,
      do: { kind: "error", error: "ActivityNotFoundInConversation" },
    });
    await stream.finish({ body: words(12) });
    const [answer, ...others] = teams.botReplies(target.place.space);
    expect(others).toEqual([]);
    expect(answer).toMatchObject({ text: words(12) });
    expect(answer?.id).not.toBe(begun.id);
    expect(stream.ref.id).toBe(answer?.id);
    await channel.update(target, begun, { body: "corrected" }, anAttempt());
    expect(teams.botReplies(target.place.space).map(({ text }) => text)).toEqual(["corrected"]);
  });

  it("does not post a broken stream's answer twice when nobody can tell whether it arrived", async () => {
    const { teams, target, open, channel } = await streaming();
    const stream = await open();
    teams.stopsStream({ conversation: "personal", user: "Ana" });
    teams.faults.api({
      operation: "message.update",
      do: { kind: "error", error: "ActivityNotFoundInConversation" },
    });
    teams.faults.api({ operation: "message.create", times: 1, do: { kind: "cut", when: "after" } });
    await expect(stream.finish({ body: words(12) })).rejects.toBeInstanceOf(UncertainError);
    const again = channel.update(target, stream.ref, { body: words(12) }, anAttempt());
    await expect(again).rejects.toBeInstanceOf(UncertainError);
    expect(teams.botReplies(target.place.space).map(({ text }) => text)).toEqual([words(12)]);
  });

  it("holds a broken stream's answer that an ended process may have posted, and posts one that none can have", async () => {
    const { teams, target, open, another } = await streaming();
    const refuseUpdates = (error: "ActivityNotFoundInConversation" | "ForbiddenOperationException") =>
      teams.faults.api({ operation: "message.update", times: 1, do: { kind: "error", error } });
    const posted = await open();
    const begun = posted.ref;
    teams.stopsStream({ conversation: "personal", user: "Ana" });
    refuseUpdates("ForbiddenOperationException");
    await posted.finish({ body: words(12) });
    const later = another().update(target, begun, { body: words(12) }, anAttempt());
    await expect(later).rejects.toBeInstanceOf(UncertainError);
    expect(teams.botReplies(target.place.space).map(({ text }) => text)).toEqual([words(12)]);

    const { ref: left } = await open();
    teams.stopsStream({ conversation: "personal", user: "Ana" });
    refuseUpdates("ForbiddenOperationException");
    teams.faults.api({
      operation: "message.create",
      times: 1,
      do: { kind: "rate_limit", retryAfterSeconds: 1 },
    });
    const heir = another();
    const limited = heir.update(target, left, { body: words(15) }, anAttempt());
    await expect(limited).rejects.toBeInstanceOf(TransientError);
    await heir.update(target, left, { body: words(15) }, anAttempt());
    expect(teams.botReplies(target.place.space).map(({ text }) => text)).toEqual([words(12), words(15)]);
  });

  it("ends a stream that an earlier worker left open, by an update or with a line of its own", async () => {
    const { teams, target, open, channel } = await streaming();
    const left = await open();
    await channel.update(target, left.ref, { body: words(12) }, anAttempt());
    expect(teams.botReplies(target.place.space)).toMatchObject([{ text: words(12), streaming: false }]);
    const other = await open();
    const line = "_A teammate has taken over._";
    for (let time = 0; time < 2; time++)
      await channel.endStream(target, other.ref, line, anAttempt(), words(1));
    const [, ended] = teams.botReplies(target.place.space);
    expect(ended).toMatchObject({ text: `${words(3)}…\n\n${line}`, streaming: false });
  });
});
