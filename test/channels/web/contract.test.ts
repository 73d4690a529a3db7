import { afterAll, beforeAll } from "vitest";
import { parseWeb } from "../../../channels/web/parse.ts";
import { messageLimit, splitForWeb } from "../../../channels/web/render.ts";
import { toSafeMarkdown } from "../../../channels/web/safe-markdown.ts";
import type { VisitorAct, VisitorEvent } from "../../../src/core/web-door.ts";
import { channelContract } from "../../contract/channel.ts";
import { openGround, shownByWeb, startWebStage, type WebGround } from "./web-stage.ts";

let ground: WebGround;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.stop());

function anEvent(act: VisitorAct, more: Partial<VisitorEvent> = {}): VisitorEvent {
  return {
    site: "acme-web",
    thread: "11111111-1111-4111-8111-111111111111",
    visitor: { id: "visitor:1", name: "Ana" },
    at: "2026-01-02T03:04:05.000Z",
    correlationId: "correlation-1",
    act,
    ...more,
  };
}

const message = anEvent({ kind: "message", id: "m1", text: "hello" });
const elsewhere = { thread: "22222222-2222-4222-8222-222222222222" };
const noRooms = "a visitor talks to the bot alone: there are no rooms, threads, mentions or other people";

channelContract({
  name: "web",
  payloads: {
    mention: message,
    mentionAgain: [message],
    mentionElsewhere: anEvent({ kind: "message", id: "m1", text: "hello" }, elsewhere),
    mentionOfBoth: undefined,
    forSomebodyElse: undefined,
    forEveryone: undefined,
    threadReply: undefined,
    direct: anEvent({ kind: "message", id: "m2", text: "hello again" }),
    edit: anEvent({ kind: "edit", id: "edit:m1", target: "m1", text: "hello!" }),
    deletion: anEvent({ kind: "delete", id: "delete:m1", target: "m1" }),
    button: anEvent({ kind: "action", id: "press:1", action: "baton.human", value: "human" }),
    command: undefined,
    reaction: undefined,
    fromSelf: undefined,
    fromOtherBot: undefined,
  },
  parse: parseWeb,
  split: splitForWeb,
  shown: shownByWeb,
  measure: ({ body }) => toSafeMarkdown(body).length,
  limit: messageLimit,
  forgeries: [
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='javascript:alert(1)'>",
    "\\<script>alert(1)</script>",
    "[x](JaVaScRiPt:alert(1))",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    '"><script>alert(1)</script>',
  ],
  stage: () => startWebStage(ground),
  deviations: {
    "reads a message that names the bot": noRooms,
    "tells whom else a message names: nobody, somebody, everyone": noRooms,
    "writes mentions as names, not in the platform's markup": noRooms,
    "puts a reply into the thread it answers": noRooms,
    "does not send a file that nobody keeps any more":
      "the transcript only names it: who opens it is told that it is gone",
    "reads a command": "commands are typed as text: `human`, `help`",
    "reads a reaction": "there are thumbs under answers in place of reactions",
    "never answers itself": "nothing of ours ever comes back through the visitors' door",
    "ignores other bots unless they are allowed": noRooms,
    "ends a conversation with another bot that goes on and on": noRooms,
    "reacts as often as it is asked, with the same end": "there are no reactions",
    "whispers to one person only": "everything is between the bot and the one visitor",
  },
});
