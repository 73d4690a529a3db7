import { invalidForm, refusal } from "../api-error.ts";
import { FieldCheck } from "../field-check.ts";
import type { Path } from "../field-check.ts";
import { isRecord } from "../../kit/is-record.ts";
import type { Command } from "../model.ts";
import { createSnowflake } from "../snowflakes.ts";
import { toWireUser } from "../wire-people.ts";
import { done, findGuild, param } from "./call.ts";
import type { RestAnswer, RestCall, Routes } from "./call.ts";

type Fields = Record<string, unknown>;

const global = "/applications/:application/commands";
const ofGuild = "/applications/:application/guilds/:guild/commands";

/** The application itself, its gateway and its commands. */
export const applicationRoutes: Routes = {
  "GET /gateway": ({ platform }) => ({ status: 200, body: { url: gatewayUrl(platform.url) } }),
  "GET /gateway/bot": getGateway,
  "GET /applications/@me": describe,
  "GET /oauth2/applications/@me": describe,
  [`GET ${global}`]: list,
  [`GET ${ofGuild}`]: list,
  [`PUT ${global}`]: overwrite,
  [`PUT ${ofGuild}`]: overwrite,
  [`POST ${global}`]: add,
  [`POST ${ofGuild}`]: add,
  [`GET ${global}/:command`]: (call) => ({ status: 200, body: toWire(call, findCommand(call)) }),
  [`DELETE ${global}/:command`]: remove,
  [`DELETE ${ofGuild}/:command`]: remove,
};

/** Where the gateway of a simulator at this address listens. */
export function gatewayUrl(url: string): string {
  return `${url.replace(/^http/, "ws")}/gateway`;
}

function getGateway({ platform: { url, settings, gateway } }: RestCall): RestAnswer {
  return {
    status: 200,
    body: {
      url: gatewayUrl(url),
      shards: settings.shards,
      session_start_limit: {
        total: settings.identifyBudget,
        remaining: gateway.identifiesLeft,
        reset_after: 86_400_000,
        max_concurrency: settings.maxConcurrency,
      },
    },
  };
}

const mayReadContent = 1 << 18;
const mayReadMembers = 1 << 14;

/** The application's flags say what the operator switched on. */
export function applicationFlags(allowed: { messageContent: boolean; members: boolean }): number {
  return (allowed.messageContent ? mayReadContent : 0) | (allowed.members ? mayReadMembers : 0);
}

function describe({ platform: { state, settings } }: RestCall): RestAnswer {
  const { app } = state;
  const owner = state.users.get(app.ownerId);
  const bot = state.users.get(app.botUserId);
  return {
    status: 200,
    body: {
      id: app.applicationId,
      name: app.name,
      icon: null,
      description: "",
      bot_public: false,
      bot_require_code_grant: false,
      verify_key: "0".repeat(64),
      flags: applicationFlags(settings.privilegedIntents),
      team: null,
      approximate_guild_count: state.guilds.size,
      ...(owner === undefined ? {} : { owner: toWireUser(owner) }),
      ...(bot === undefined ? {} : { bot: toWireUser(bot) }),
    },
  };
}

function list(call: RestCall): RestAnswer {
  return { status: 200, body: registered(call).map((command) => toWire(call, command)) };
}

/** Of the guild in the path, or the global ones. */
function registered(call: RestCall): Command[] {
  const guildId = scopeOf(call);
  return [...call.platform.state.commands.values()].filter((command) => command.guildId === guildId);
}

function scopeOf(call: RestCall): string | undefined {
  const { state } = call.platform;
  if (param(call, "application") !== state.app.applicationId) throw refusal(10002);
  return call.params["guild"] === undefined ? undefined : findGuild(call).id;
}

/** Replaces all; a command that keeps its name and type keeps its id. */
function overwrite(call: RestCall): RestAnswer {
  const { commands } = call.platform.state;
  if (!Array.isArray(call.body))
    throw invalidForm([
      { path: [], code: "LIST_TYPE_CONVERT", message: "Only iterables may be used in a ListType" },
    ]);
  const before = registered(call);
  const check = new FieldCheck();
  if (call.body.length > 100) throw refusal(30030);
  const definitions = call.body.map((definition: unknown, index) => checkCommand(check, definition, [index]));
  const names = definitions.map(({ type, name }) => `${String(type ?? 1)} ${String(name)}`);
  for (const [index, name] of names.entries())
    if (names.indexOf(name) !== index)
      check.fault(
        [index, "name"],
        "APPLICATION_COMMANDS_DUPLICATE_NAME",
        "Application command names must be unique",
      );
  if (check.faults.length > 0) throw invalidForm(check.faults);
  for (const command of before) commands.delete(command.id);
  const kept = definitions.map((definition) => keep(call, definition, before));
  return { status: 200, body: kept.map((command) => toWire(call, command)) };
}

function add(call: RestCall): RestAnswer {
  const check = new FieldCheck();
  const before = registered(call);
  const definition = checkCommand(check, call.body, []);
  if (check.faults.length > 0) throw invalidForm(check.faults);
  const command = keep(call, definition, before);
  return { status: before.some(({ id }) => id === command.id) ? 200 : 201, body: toWire(call, command) };
}

function keep(call: RestCall, definition: Fields, before: readonly Command[]): Command {
  const guildId = scopeOf(call);
  const type = definition["type"] === 2 ? 2 : definition["type"] === 3 ? 3 : 1;
  const name = String(definition["name"]);
  const former = before.find((command) => command.name === name && command.type === type);
  const command: Command = {
    id: former?.id ?? createSnowflake(),
    type,
    name,
    definition,
    version: createSnowflake(),
    ...(guildId === undefined ? {} : { guildId }),
  };
  call.platform.state.commands.set(command.id, command);
  return command;
}

function findCommand(call: RestCall): Command {
  const command = call.platform.state.commands.get(param(call, "command"));
  if (command === undefined || command.guildId !== scopeOf(call)) throw refusal(10063);
  return command;
}

function remove(call: RestCall): RestAnswer {
  call.platform.state.commands.delete(findCommand(call).id);
  return done;
}

function toWire(call: RestCall, command: Command): Fields {
  return {
    ...command.definition,
    id: command.id,
    application_id: call.platform.state.app.applicationId,
    version: command.version,
    type: command.type,
    ...(command.guildId === undefined ? {} : { guild_id: command.guildId }),
    default_member_permissions: command.definition["default_member_permissions"] ?? null,
    description: command.definition["description"] ?? "",
    nsfw: false,
  };
}

function checkCommand(check: FieldCheck, value: unknown, path: Path): Fields {
  const command = check.record(value, path);
  if (command === undefined) return {};
  const type = check.choice(command["type"] ?? 1, [...path, "type"], [1, 2, 3]);
  const name = check.text(command["name"], [...path, "name"], { min: 1, max: 32 });
  if (type !== 1) return command;
  checkName(check, name, [...path, "name"]);
  check.text(command["description"], [...path, "description"], { min: 1, max: 100 });
  checkOptions(check, command["options"], [...path, "options"]);
  return command;
}

function checkOptions(check: FieldCheck, value: unknown, path: Path): void {
  let optionalSeen = false;
  for (const [index, option] of check.list(value, path, { max: 25 }).entries()) {
    const at = [...path, index];
    if (!isRecord(option)) {
      check.record(option, at);
      continue;
    }
    checkName(check, check.text(option["name"], [...at, "name"], { min: 1, max: 32 }), [...at, "name"]);
    check.text(option["description"], [...at, "description"], { min: 1, max: 100 });
    check.choice(option["type"], [...at, "type"], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    check.list(option["choices"], [...at, "choices"], { max: 25 });
    if (option["required"] === true && optionalSeen)
      check.fault(
        at,
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        "Required options must be placed before non-required options",
      );
    optionalSeen ||= option["required"] !== true;
    checkOptions(check, option["options"], [...at, "options"]);
  }
}

function checkName(check: FieldCheck, name: string | undefined, path: Path): void {
  if (name !== undefined && (!/^[-_'\p{L}\p{N}]{1,32}$/u.test(name) || name !== name.toLowerCase()))
    check.fault(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
}
