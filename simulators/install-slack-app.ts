/**
 * Installs the app in one workspace of the simulated Slack as a person does in a browser: from Baton's own link over
 * Slack's page, where Allow is pressed at once, and back. Rejects when Baton or Slack sends them elsewhere.
 */
export async function installSlackApp(baseUrl: string, teamId: string): Promise<void> {
  const begun = await fetch(new URL("/slack/install", baseUrl), { redirect: "manual" });
  const page = new URL(toNext(begun));
  page.searchParams.set("team", teamId);
  const allowed = await fetch(page, { redirect: "manual" });
  const cookie = begun.headers.getSetCookie().map((one) => one.split(";", 1)[0] ?? "");
  const ended = await fetch(toNext(allowed), { headers: { cookie: cookie.join("; ") } });
  await ended.body?.cancel();
  if (!ended.ok) throw new Error(`simulated Slack: the app was not installed in ${teamId}: ${ended.status}`);
}

function toNext(response: Response): string {
  const location = response.headers.get("location");
  void response.body?.cancel();
  if (location === null) throw new Error(`simulated Slack: no way on to install the app: ${response.status}`);
  return location;
}
