import { invalidForm, refusal } from "../api-error.ts";
import { FieldCheck } from "../field-check.ts";
import { isRecord } from "../../kit/is-record.ts";
import type { Channel } from "../model.ts";
import { changeThread } from "../open-thread.ts";
import { toWireChannel } from "../wire.ts";
import { toWireGuild, toWireGuildMember, toWireRole, toWireUser } from "../wire-people.ts";
import { demand, findChannel, findGuild, param } from "./call.ts";
import type { RestAnswer, RestCall, Routes } from "./call.ts";

/** People, guilds and channels. */
export const placeRoutes: Routes = {
  "GET /users/@me": ({ platform: { state } }) => ok(toWireSelf(state.findUser(state.app.botUserId))),
  "GET /users/@me/guilds": ({ platform: { state } }) =>
    ok(
      [...state.guilds.values()].map(({ id, name }) => ({
        id,
        name,
        icon: null,
        owner: false,
        features: [],
      })),
    ),
  "GET /users/:user": getUser,
  "POST /users/@me/channels": openDirect,
  "GET /channels/:channel": (call) => ok(toWireChannel(call.platform.state, findChannel(call))),
  "PATCH /channels/:channel": changeChannel,
  "DELETE /channels/:channel": removeChannel,
  "GET /guilds/:guild": (call) => ok(toWireGuild(findGuild(call))),
  "GET /guilds/:guild/roles": (call) => ok([...findGuild(call).roles.values()].map(toWireRole)),
  "GET /guilds/:guild/channels": (call) => {
    const channels = call.platform.state.channelsOf(findGuild(call).id);
    const standing = channels.filter(({ thread }) => thread === undefined);
    return ok(standing.map((channel) => toWireChannel(call.platform.state, channel)));
  },
  "GET /guilds/:guild/members": listMembers,
  "GET /guilds/:guild/members/:user": getMember,
};

function ok(body: unknown): RestAnswer {
  return { status: 200, body };
}

function toWireSelf(user: Parameters<typeof toWireUser>[0]): Record<string, unknown> {
  return {
    ...toWireUser(user),
    verified: true,
    mfa_enabled: true,
    locale: "en-US",
    bio: "",
    flags: 0,
    email: null,
  };
}

function getUser(call: RestCall): RestAnswer {
  const user = call.platform.state.users.get(param(call, "user"));
  if (user === undefined) throw refusal(10013);
  return ok(toWireUser(user));
}

function openDirect(call: RestCall): RestAnswer {
  const { state } = call.platform;
  const id = isRecord(call.body) ? call.body["recipient_id"] : undefined;
  const user = typeof id === "string" ? state.users.get(id) : undefined;
  if (user === undefined)
    throw invalidForm([
      {
        path: ["recipient_id"],
        code: "NUMBER_TYPE_COERCE",
        message: `Value "${String(id)}" is not snowflake.`,
      },
    ]);
  if (user.bot) throw refusal(50007);
  return ok(toWireChannel(state, state.directChannel(user.id).channel));
}

function changeChannel(call: RestCall): RestAnswer {
  const { platform } = call;
  const { state } = platform;
  const channel = findChannel(call);
  const check = new FieldCheck();
  const fields = check.record(call.body, []) ?? {};
  const name = "name" in fields ? check.text(fields["name"], ["name"], { min: 1, max: 100 }) : undefined;
  if (check.faults.length > 0) throw invalidForm(check.faults);
  if (channel.thread === undefined) {
    demand(call, channel, "ManageChannels");
    if (name !== undefined) channel.name = name;
    void platform.publisher.channelChanged(channel);
    return ok(toWireChannel(state, channel));
  }
  demandThread(call, channel, fields);
  if (name !== undefined) channel.name = name;
  void changeThread(platform, channel, {
    ...(typeof fields["archived"] === "boolean" ? { archived: fields["archived"] } : {}),
    ...(typeof fields["locked"] === "boolean" ? { locked: fields["locked"] } : {}),
  });
  return ok(toWireChannel(state, channel));
}

/** Whoever opened a thread may rename and archive it; locking needs the permission. An archived one only comes back. */
function demandThread(call: RestCall, channel: Channel, fields: Record<string, unknown>): void {
  const isOwner = channel.thread?.ownerId === call.platform.state.app.botUserId;
  if (!isOwner || "locked" in fields) demand(call, channel, "ManageThreads");
  if (channel.thread?.archived === true && fields["archived"] !== false) throw refusal(50083);
}

function removeChannel(call: RestCall): RestAnswer {
  const { state, publisher } = call.platform;
  const channel = findChannel(call);
  if (channel.type !== 1)
    demand(call, channel, channel.thread === undefined ? "ManageChannels" : "ManageThreads");
  const body = toWireChannel(state, channel);
  if (channel.type !== 1) {
    void publisher.channelGone(channel);
    state.channels.delete(channel.id);
  }
  return ok(body);
}

/** By the user's id, for an application that may read members (the switch in its portal, whatever the session asked for). */
function listMembers(call: RestCall): RestAnswer {
  const { state, settings } = call.platform;
  const guild = findGuild(call);
  if (!settings.privilegedIntents.members) throw refusal(50001);
  const limit = wholeNumber(call, "limit", { otherwise: 1n, min: 1n, max: 1_000n });
  const after = wholeNumber(call, "after", { otherwise: 0n, min: 0n, max: (1n << 63n) - 1n });
  const members = [...guild.members.values()]
    .filter(({ userId }) => BigInt(userId) > after)
    .toSorted((a, b) => (BigInt(a.userId) < BigInt(b.userId) ? -1 : 1))
    .slice(0, Number(limit));
  return ok(
    members.flatMap((member) => {
      const user = state.users.get(member.userId);
      return user === undefined ? [] : [toWireGuildMember(member, user)];
    }),
  );
}

function wholeNumber(
  call: RestCall,
  name: string,
  { otherwise, min, max }: { readonly otherwise: bigint; readonly min: bigint; readonly max: bigint },
): bigint {
  const given = call.query.get(name);
  if (given === null) return otherwise;
  const value = /^\d{1,20}$/.test(given) ? BigInt(given) : undefined;
  if (value !== undefined && value >= min && value <= max) return value;
  throw invalidForm([
    value === undefined
      ? { path: [name], code: "NUMBER_TYPE_COERCE", message: `Value "${given}" is not int.` }
      : { path: [name], code: "NUMBER_TYPE_MAX", message: `int value should be between ${min} and ${max}.` },
  ]);
}

function getMember(call: RestCall): RestAnswer {
  const { state } = call.platform;
  const guild = findGuild(call);
  const id = param(call, "user");
  const user = state.users.get(id);
  const member = guild.members.get(id);
  if (user === undefined) throw refusal(10013);
  if (member === undefined) throw refusal(10007);
  return ok(toWireGuildMember(member, user));
}
