import { silentLog } from "../core/log.ts";
import { createRedis, inspectRedis } from "../store/redis.ts";
import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

const check = "redis";
const timeoutMs = 4_000;

/** Asks Redis how it is set up: version, `noeviction`, append-only file. */
export async function checkRedis(url: string | undefined): Promise<Finding[]> {
  if (url === undefined) return [ok(check, "not used: one process needs none")];
  const redis = createRedis({ url, log: silentLog, subscriber: true });
  const refused = new Promise<never>((_resolve, reject) => redis.once("error", reject));
  refused.catch(() => {}); // may come after the answer did
  try {
    const found = await withTimeout(Promise.race([inspectRedis(redis), refused]));
    const summary = `version ${found.version}, ${found.maxmemoryPolicy}, append-only file ${found.aof ? "on" : "off"}`;
    if (found.problems.length === 0) return [ok(check, summary)];
    return found.problems.map((problem) => toFinding(problem));
  } catch (error) {
    const reason = reasonOf(error);
    const where = URL.canParse(url) ? new URL(url).host : "its address";
    return [failure(check, `does not answer (${reason})`, `Start Redis at ${where}, or correct REDIS_URL`)];
  } finally {
    redis.disconnect();
  }
}

/** The store's words are "redis: what is wrong. What to do." An evicting Redis loses rings silently, so that fails. */
function toFinding(problem: string): Finding {
  const [detail = "", ...fix] = problem.replace(/^redis: /, "").split(/(?<=\.) (?=[A-Z])/);
  const say = detail.startsWith("append-only") ? warning : failure;
  return say(check, detail.replace(/\.$/, ""), fix.join(" "));
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
