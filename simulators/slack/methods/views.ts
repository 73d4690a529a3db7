import { ApiError, invalidArguments } from "../api-error.ts";
import { textOf } from "../arguments.ts";
import { checkBlocks } from "../blocks.ts";
import { createId } from "../ids.ts";
import { isRecord } from "../../kit/is-record.ts";
import type { View } from "../model.ts";
import type { Platform } from "../platform.ts";
import type { Call, Methods } from "./method.ts";

/** `views.*`: modals by trigger, updates by id, Home tabs by user. */
export const viewMethods: Methods = {
  "views.open": {
    token: "bot",
    scopes: [],
    args: { trigger_id: "string", interactivity_pointer: "string", view: "object!" },
    run: (call) => open(call, "open"),
  },
  "views.push": {
    token: "bot",
    scopes: [],
    args: { trigger_id: "string", interactivity_pointer: "string", view: "object!" },
    run: (call) => open(call, "push"),
  },
  "views.update": {
    token: "bot",
    scopes: [],
    args: { view_id: "string", external_id: "string", hash: "string", view: "object!" },
    run: update,
  },
  "views.publish": {
    token: "bot",
    scopes: [],
    args: { user_id: "string!", view: "object!", hash: "string" },
    run: publish,
  },
};

const allowedFields = [
  "type",
  "title",
  "blocks",
  "close",
  "submit",
  "private_metadata",
  "callback_id",
  "clear_on_close",
  "notify_on_close",
  "external_id",
  "submit_disabled",
];

/** A view in the platform's rules: kind, title, lengths, blocks. */
export function checkView(view: unknown, kinds: readonly string[]): Record<string, unknown> {
  if (!isRecord(view)) throw invalidArguments("must provide an object [json-pointer:/view]");
  const problems: string[] = [];
  if (!kinds.includes(String(view["type"])))
    problems.push(`must be one of ${kinds.join(", ")} [json-pointer:/view/type]`);
  for (const key of Object.keys(view))
    if (!allowedFields.includes(key))
      problems.push(`invalid additional property: ${key} [json-pointer:/view]`);
  if (view["type"] === "modal") {
    const title = isRecord(view["title"]) ? view["title"]["text"] : undefined;
    if (typeof title !== "string" || title === "")
      problems.push("missing required field: title [json-pointer:/view]");
    else if (title.length > 24)
      problems.push("must be less than 25 characters [json-pointer:/view/title/text]");
    const hasInput =
      Array.isArray(view["blocks"]) &&
      view["blocks"].some((block: unknown) => isRecord(block) && block["type"] === "input");
    if (hasInput && !isRecord(view["submit"]))
      problems.push(
        "`submit` is required when an `input` block is within the `blocks` array [json-pointer:/view]",
      );
  }
  if (!Array.isArray(view["blocks"])) problems.push("missing required field: blocks [json-pointer:/view]");
  if (typeof view["private_metadata"] === "string" && view["private_metadata"].length > 3_000)
    problems.push("must be less than 3001 characters [json-pointer:/view/private_metadata]");
  if (problems.length > 0) throw invalidArguments(...problems);
  checkBlocks(view["blocks"] as unknown[], { max: 100, surface: "view" });
  return view;
}

/** The view as responses and payloads carry it. */
export function toWireView(
  platform: Platform,
  view: View,
  state: Record<string, unknown> = {},
): Record<string, unknown> {
  const bot = platform.state.installations.get(view.teamId);
  return {
    id: view.id,
    team_id: view.teamId,
    private_metadata: "",
    callback_id: "",
    clear_on_close: false,
    notify_on_close: false,
    close: null,
    submit: null,
    ...view.content,
    state: { values: state },
    hash: view.hash,
    previous_view_id: view.previousViewId ?? null,
    root_view_id: view.rootViewId,
    app_id: platform.state.app.appId,
    external_id: view.content["external_id"] ?? "",
    app_installed_team_id: view.teamId,
    bot_id: bot?.botId,
  };
}

/** Opens a modal for a user, on top of another when `previous` is given. */
export function openView(
  platform: Platform,
  options: { teamId: string; user: string; content: Record<string, unknown>; previous?: View },
): View {
  const id = createId("V");
  const view: View = {
    id,
    teamId: options.teamId,
    user: options.user,
    rootViewId: options.previous?.rootViewId ?? id,
    ...(options.previous === undefined ? {} : { previousViewId: options.previous.id }),
    hash: createHash(),
    content: options.content,
    open: true,
  };
  platform.state.views.set(id, view);
  platform.state.changed(() => ({ kind: "view", what: "opened", view }));
  return view;
}

/** Replaces what a view shows; its hash changes. */
export function updateView(platform: Platform, view: View, content: Record<string, unknown>): void {
  view.content = content;
  view.hash = createHash();
  platform.state.changed(() => ({ kind: "view", what: "updated", view }));
}

function open(call: Call, how: "open" | "push"): Record<string, unknown> {
  const { platform, args } = call;
  const triggerId = textOf(args, "trigger_id") ?? textOf(args, "interactivity_pointer");
  if (triggerId === undefined) throw invalidArguments("missing required field: trigger_id");
  const content = checkView(args["view"], ["modal"]);
  const trigger = platform.triggers.spend(triggerId);
  if ("error" in trigger) throw new ApiError(trigger.error);
  if (trigger.teamId !== call.token.teamId) throw new ApiError("invalid_trigger_id");
  const stack = [...platform.state.views.values()].filter((view) => view.open && view.user === trigger.user);
  const previous = how === "push" ? stack.at(-1) : undefined;
  if (how === "push" && previous === undefined) throw new ApiError("not_found");
  if (how === "push" && stack.length >= 3) throw new ApiError("push_limit_reached");
  const view = openView(platform, {
    teamId: trigger.teamId,
    user: trigger.user,
    content,
    ...(previous === undefined ? {} : { previous }),
  });
  return { view: toWireView(platform, view) };
}

function update(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const viewId = textOf(args, "view_id");
  const externalId = textOf(args, "external_id");
  if (viewId === undefined && externalId === undefined)
    throw invalidArguments("missing required field: view_id");
  const view =
    viewId === undefined
      ? [...platform.state.views.values()].find((one) => one.content["external_id"] === externalId)
      : platform.state.views.get(viewId);
  if (view === undefined || view.teamId !== call.token.teamId || !view.open) throw new ApiError("not_found");
  const hash = textOf(args, "hash");
  if (hash !== undefined && hash !== view.hash) throw new ApiError("hash_conflict");
  updateView(platform, view, checkView(args["view"], ["modal"]));
  return { view: toWireView(platform, view) };
}

function publish(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const user = platform.state.users.get(textOf(args, "user_id") ?? "");
  if (user === undefined || user.teamId !== call.token.teamId) throw new ApiError("user_not_found");
  const content = checkView(args["view"], ["home"]);
  const known = platform.state.homes.get(user.id);
  const hash = textOf(args, "hash");
  if (hash !== undefined && known !== undefined && hash !== known.hash) throw new ApiError("hash_conflict");
  const id = known?.id ?? createId("V");
  const view: View = {
    id,
    teamId: user.teamId,
    user: user.id,
    rootViewId: id,
    hash: createHash(),
    content,
    open: true,
  };
  platform.state.homes.set(user.id, view);
  platform.state.changed(() => ({ kind: "view", what: "home", view }));
  return { view: toWireView(platform, view) };
}

function createHash(): string {
  return `${Math.floor(Date.now() / 1000)}.${Math.random().toString(36).slice(2, 10)}`;
}
