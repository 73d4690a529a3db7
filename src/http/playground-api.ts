import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { maxRequestBytes, playgroundBodies, playgroundQueries, toComplaint } from "./playground-requests.ts";
import type {
  PlaygroundMessage,
  PlaygroundOutcome,
  PlaygroundPlace,
  PlaygroundWorkspace,
} from "./playground-workspace.ts";

/** A request that cannot be served, told to the page as it is. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What is wrong with a request is told in words; a failure of ours goes on to the server's own answer. */
export function addRefusals(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error instanceof Refusal) return reply.code(error.status).send({ error: error.message });
    const status = error.statusCode ?? 500;
    if (status >= 500) throw error;
    return reply.code(status).send({ error: toReason(status, error) });
  });
}

function toReason(status: number, error: FastifyError): string {
  if (status === 413) return "the request is larger than 5 MB";
  if (status === 415) return "the body must be JSON, sent as application/json";
  return error.code?.startsWith("FST_ERR_CTP") || error instanceof SyntaxError
    ? "the body is not JSON"
    : "bad request";
}

/** Under `/api/`: what a page of that workspace asks and does. `facts` go with the scene. */
export function addWorkspaceApi(app: FastifyInstance, workspace: PlaygroundWorkspace, facts: object): void {
  addQuestions(app, workspace, facts);
  addActions(app, workspace);
}

function addQuestions(app: FastifyInstance, workspace: PlaygroundWorkspace, facts: object): void {
  app.get("/api/state", async (_request, reply) => answer(reply, { ...workspace.describe(), ...facts }));
  app.get("/api/messages", async (request, reply) => {
    const place = parse(playgroundQueries.messages, request.query);
    checkPlace(workspace, place);
    const { version, messages } = workspace.messages(place.channel);
    return answer(reply, {
      version,
      messages: messages.filter(({ ephemeralTo }) => ephemeralTo === undefined || ephemeralTo === place.user),
    });
  });
  app.get("/api/happenings", async (request, reply) => {
    const { after } = parse(playgroundQueries.happenings, request.query);
    return answer(reply, { happenings: workspace.happenings(after) });
  });
  app.get("/api/file", async (request, reply) => {
    const file = workspace.file(parse(playgroundQueries.file, request.query).id);
    if (file === undefined) throw new Refusal(404, "there is no such file");
    return sendUpload(reply, file);
  });
}

const shownImages = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** Only pictures that cannot carry scripts open in the page's origin; all else is downloaded. */
function sendUpload(
  reply: FastifyReply,
  file: { readonly name: string; readonly mimetype: string; readonly content: Buffer },
): FastifyReply {
  const isShown = shownImages.has(file.mimetype);
  const disposition = `${isShown ? "inline" : "attachment"}; filename*=UTF-8''${encodeURIComponent(file.name)}`;
  return reply
    .header("cache-control", "private, max-age=3600, immutable")
    .header("content-disposition", disposition)
    .type(isShown ? file.mimetype : "application/octet-stream")
    .send(file.content);
}

function addActions(app: FastifyInstance, workspace: PlaygroundWorkspace): void {
  const bodies = playgroundBodies;
  addAction(app, "say", bodies.say, ({ files, ...say }) => {
    checkPlace(workspace, say);
    if (say.threadTs !== undefined) checkRoot(workspace, say.channel, say.threadTs);
    const uploads = files?.map(({ name, mimetype, contentBase64 }) => ({
      name,
      mimetype,
      content: Buffer.from(contentBase64, "base64"),
    }));
    return workspace.says({ ...say, files: uploads });
  });
  addAction(app, "edit", bodies.edit, (edit) => {
    checkOwn(workspace, edit);
    workspace.edits(edit);
  });
  addAction(app, "delete", bodies.delete, (deletion) => {
    checkOwn(workspace, deletion);
    workspace.deletes(deletion);
  });
  addAction(app, "react", bodies.react, (reaction) => {
    findMessage(workspace, reaction);
    workspace.reacts(reaction);
  });
  addAction(app, "click", bodies.click, async (click) => {
    findMessage(workspace, click);
    return toAcknowledged(await workspace.clicks(click));
  });
  addAction(app, "fill", bodies.fill, async (filled) => toAcknowledged(await workspace.fills(filled)));
  addAction(app, "command", bodies.command, async (command) => {
    checkPlace(workspace, command);
    return toAcknowledged(await workspace.commands(command));
  });
}

function addAction<T>(
  app: FastifyInstance,
  name: string,
  body: z.ZodType<T>,
  act: (body: T) => object | void | Promise<object | void>,
): void {
  app.post(
    `/api/${name}`,
    { bodyLimit: maxRequestBytes },
    async (request: FastifyRequest, reply: FastifyReply) =>
      answer(reply, { ok: true, ...(await act(parse(body, request.body))) }),
  );
}

function answer(reply: FastifyReply, body: object): FastifyReply {
  return reply.header("cache-control", "no-store").send(body);
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Refusal(400, toComplaint(parsed.error));
}

function checkPlace(workspace: PlaygroundWorkspace, { user, channel }: PlaygroundPlace): void {
  const { people, channels } = workspace.describe();
  const person = people.find(({ id }) => id === user);
  if (person === undefined) throw new Refusal(400, `user: there is no ${user} in the workspace`);
  const place = channels.find(({ id }) => id === channel);
  if (person.directChannel === channel || (place && (place.members?.includes(user) ?? true))) return;
  throw new Refusal(404, `channel: there is no ${channel} that ${person.name} can see`);
}

function checkRoot(workspace: PlaygroundWorkspace, channel: string, ts: string): void {
  const root = workspace.message(channel, ts);
  if (root === undefined || root.ephemeralTo !== undefined)
    throw new Refusal(404, `threadTs: there is no message ${ts} to reply to`);
  if (root.threadTs !== undefined && root.threadTs !== ts)
    throw new Refusal(400, `threadTs: ${ts} is itself a reply, reply to ${root.threadTs}`);
}

function findMessage(
  workspace: PlaygroundWorkspace,
  place: PlaygroundPlace & { readonly ts: string },
): PlaygroundMessage {
  checkPlace(workspace, place);
  const message = workspace.message(place.channel, place.ts);
  const isVisible = message?.ephemeralTo === undefined || message.ephemeralTo === place.user;
  if (message === undefined || message.deleted || !isVisible)
    throw new Refusal(404, `ts: there is no message ${place.ts} in ${place.channel}`);
  return message;
}

function checkOwn(workspace: PlaygroundWorkspace, place: PlaygroundPlace & { readonly ts: string }): void {
  if (findMessage(workspace, place).user !== place.user)
    throw new Refusal(403, "people can only change what they wrote themselves");
}

function toAcknowledged({ problem }: PlaygroundOutcome): object {
  return problem === undefined ? {} : { problem };
}
