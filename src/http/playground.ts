import type { FastifyInstance } from "fastify";
import { addRefusals, addWorkspaceApi } from "./playground-api.ts";
import { addPageFiles, addPages, addPlatformPage, readPageFiles, type PageFile } from "./playground-files.ts";
import { judgeCaller } from "./playground-guard.ts";
import { addChangeStream } from "./playground-stream.ts";
import {
  playgroundPlatforms,
  type PlaygroundPlatform,
  type PlaygroundWorkspace,
} from "./playground-workspace.ts";

/** The simulated platforms there are, by name. */
export type PlaygroundWorkspaces = Readonly<Partial<Record<PlaygroundPlatform, PlaygroundWorkspace>>>;

/** One company, and where people talk to it. */
export interface PlaygroundPlace {
  /** Part of its address; empty for the one that is shown first. */
  readonly slug: string;
  readonly name: string;
  readonly workspaces: PlaygroundWorkspaces;
  /** The key of the web site whose chat is shown; the first that serves this machine when left out. */
  readonly site?: string | undefined;
  /** Questions to begin with. */
  readonly questions?: readonly string[] | undefined;
  /** Which model answers here, in a few words, where it is another than the workspaces tell. */
  readonly model?: string | undefined;
}

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
 * API under `/playground/<platform>/api/`; the same under `/playground/at/<slug>` for each further company. For the
 * `extra` hook of the HTTP server. It has no login, so it only answers its own pages and whoever may open a connection
 * to this server.
 */
export function playgroundRoutes(
  places: readonly PlaygroundPlace[],
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
        const companies = places.map(({ slug, name }) => ({ slug, name }));
        for (const place of places) {
          const scene = { place, companies, files, options };
          if (place.slug === "") await addPlace(scope, scene);
          else
            await scope.register(
              async (inner) => {
                addPages(inner, files);
                await addPlace(inner, scene);
              },
              { prefix: `/at/${place.slug}` },
            );
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

interface Scene {
  readonly place: PlaygroundPlace;
  readonly companies: readonly { readonly slug: string; readonly name: string }[];
  readonly files: readonly PageFile[];
  readonly options: PlaygroundOptions;
}

async function addPlace(app: FastifyInstance, scene: Scene): Promise<void> {
  const { place, files } = scene;
  const { workspaces } = place;
  addOverview(app, scene);
  for (const name of playgroundPlatforms) {
    const workspace = workspaces[name];
    if (workspace === undefined) continue;
    await app.register(
      async (scope) => {
        addPlatformPage(scope, files, name);
        addWorkspaceApi(scope, workspace, factsOf(scene));
        addChangeStream(scope, { [name]: workspace });
      },
      { prefix: `/${name}` },
    );
  }
}

function addOverview(app: FastifyInstance, scene: Scene): void {
  const { place, companies, options } = scene;
  const { workspaces, slug, site } = place;
  const there = playgroundPlatforms.filter((name) => workspaces[name] !== undefined);
  const model = there.map((name) => workspaces[name]?.describe().model).find((known) => known !== undefined);
  const { chat } = options;
  const staff = workspaces.slack?.describe().channels.some(({ members }) => members !== undefined) ?? false;
  const told = { platforms: there, staff, chat, model, company: slug, companies, site, ...factsOf(scene) };
  app.get("/api/state", async (_request, reply) => reply.header("cache-control", "no-store").send(told));
  addChangeStream(app, workspaces);
}

/** What all pages of a place tell; what is not known is left out. */
function factsOf({ place: { questions, model }, options: { data } }: Scene): object {
  return {
    ...(data !== undefined && { data }),
    ...(questions !== undefined && { questions }),
    ...(model !== undefined && { model }),
  };
}
