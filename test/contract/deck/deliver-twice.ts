import type { RoomHouse } from "../../service/room-house.ts";

/**
 * From now on whatever happens on the platforms is delivered twice, as platforms do when an acknowledgement is late; and
 * Discord, which would, does not mind how much is said in a minute: that has tests of its own.
 */
export async function deliverTwice({ simulated }: RoomHouse): Promise<void> {
  const { env } = simulated;
  const slack = new URL("/control/", env["SLACK_API_URL"]);
  const discord = new URL("/_control/", env["DISCORD_API_URL"]);
  const teams = new URL("/_control/", env["TEAMS_LOGIN_URL"]);
  // Slack and Teams count the copies behind the first one, Discord all of them.
  await Promise.all([
    control(slack, "faults", { events: { do: { kind: "duplicate", copies: 1 } } }),
    control(discord, "faults", { events: { do: { kind: "duplicate", copies: 2 } } }),
    control(teams, "faults", { deliveries: { do: { kind: "duplicate", copies: 1 } } }),
    control(discord, "configure", { rateLimits: false }),
  ]);
}

async function control(base: URL, name: string, body: object): Promise<void> {
  const response = await fetch(new URL(name, base), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`a simulator refused ${name}: ${await response.text()}`);
}
