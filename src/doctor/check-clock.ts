import { failure, ok, warning, type Finding } from "./finding.ts";

const fix = "Turn on time synchronization: timedatectl set-ntp true (or the host's, for a container)";
const noteworthyMs = 5_000;
// Platforms' signatures are refused from 300 s on.
const fatalMs = 240_000;

/** Compares two clocks read at the same moment. */
export function checkClock(
  check: string,
  { theirs, ours }: { readonly theirs: Date; readonly ours: Date },
): Finding {
  const apartMs = ours.getTime() - theirs.getTime();
  const words = `${Math.abs(apartMs / 1_000).toFixed(1)} s ${apartMs < 0 ? "behind" : "ahead"}`;
  if (Math.abs(apartMs) < noteworthyMs) return ok(check, "agrees with this machine's");
  if (Math.abs(apartMs) < fatalMs) return warning(check, `this machine is ${words}`, fix);
  return failure(check, `this machine is ${words}: signed requests are refused`, fix);
}
