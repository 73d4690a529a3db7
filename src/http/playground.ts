import type { FastifyInstance } from "fastify";
import { addRefusals, addWorkspaceApi } from "./playground-api.ts";
import { addPageFiles, addPlatformPage, readPageFiles, type PageFile } from "./playground-files.ts";
import { judgeCaller } from "./playground-guard.ts";
import { addChangeStream } from "./playground-stream.ts";
import {
  playgroundPlatforms,
  type PlaygroundPlatform,
  type PlaygroundWorkspace,
} from "./playground-workspace.ts";

/** The simulated platforms there are, by name. */
export type PlaygroundWorkspaces = Readonly<Partial<Record<PlaygroundPlatform, PlaygroundWorkspace>>>;

/** What the page tells about this deployment. */
export interface PlaygroundOptions {
  /** Where Baton keeps its data, in a few words; shown as it is. */
  readonly data?: string | undefined;
  /** The address the page is reached at, where it is not this machine's own name or a bare IP address. */
  readonly publicUrl?: string | undefined;
  /** The path of the web chat's own page, where it is served. */
  readonly chat?: string | undefined;
}

/**
 * The playground: all platforms side by side at `/playground`, each by itself at `/playground/<platform>` with its
 * API under `/playground/<platform>/api/`. For the `extra` hook of the HTTP server. It has no login, so it only
 * answers its own pages and whoever may open a connection to this server.
 */
export function playgroundRoutes(
  workspaces: PlaygroundWorkspaces,
  options: PlaygroundOptions = {},
): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.get("/", (_request, reply) => reply.redirect("/playground"));
    const files = await readPageFiles(new URL("../../web/playground/", import.meta.url));
    await app.register(
      async (scope) => {
        scope.removeContentTypeParser("text/plain"); // a form of another site can send it without asking
        addGuard(scope, options.publicUrl);
        addRefusals(scope);
        addPageFiles(scope, files);
        addOverview(scope, workspaces, options);
        for (const name of playgroundPlatforms) {
          const workspace = workspaces[name];
          if (workspace !== undefined) await addPlatform(scope, { name, workspace, files, options });
        }
      },
      { prefix: "/playground" },
    );
  };
}

function addGuard(app: FastifyInstance, publicUrl: string | undefined): void {
  app.addHook("onRequest", async (request, reply) => {
    const reason = judgeCaller(request, publicUrl);
    return reason === undefined ? undefined : reply.code(403).send({ error: reason });
  });
}

function addOverview(
  app: FastifyInstance,
  workspaces: PlaygroundWorkspaces,
  options: PlaygroundOptions,
): void {
  const there = playgroundPlatforms.filter((name) => workspaces[name] !== undefined);
  const model = there.map((name) => workspaces[name]?.describe().model).find((known) => known !== undefined);
  const { chat, data } = options;
  app.get("/api/state", async (_request, reply) =>
    reply.header("cache-control", "no-store").send({ platforms: there, chat, data, model }),
  );
  addChangeStream(app, workspaces);
}

async function addPlatform(
  app: FastifyInstance,
  platform: {
    readonly name: PlaygroundPlatform;
    readonly workspace: PlaygroundWorkspace;
    readonly files: readonly PageFile[];
    readonly options: PlaygroundOptions;
  },
): Promise<void> {
  const { name, workspace, files, options } = platform;
  await app.register(
    async (scope) => {
      addPlatformPage(scope, files, name);
      const { data } = options;
      addWorkspaceApi(scope, workspace, data === undefined ? {} : { data });
      addChangeStream(scope, { [name]: workspace });
    },
    { prefix: `/${name}` },
  );
}
