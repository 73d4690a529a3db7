import type { Conversation, DemoCompany, Step } from "./conversations.ts";
import type { DemoHouse, DemoPlatform } from "./demo-house.ts";
import { pay, until, type DemoTalk } from "./demo-talk.ts";

/** How one step went. */
export interface PlayedStep {
  readonly step: Step;
  /** What the bot said, without markup. */
  readonly answer: string;
  /** What should have stood there and did not. */
  readonly missing: readonly RegExp[];
}

/** Who talks to whom, and where. */
export interface Scene {
  readonly company: DemoCompany;
  readonly platform: DemoPlatform;
  readonly person: number;
  /** How long an answer may take, milliseconds; a minute when left out. */
  readonly patienceMs?: number | undefined;
}

/** Enough on a busy machine. */
const minuteMs = 60_000;

/** Plays one conversation to its end, or to the first step whose answer lacks something. */
export async function play(
  house: DemoHouse,
  scene: Scene,
  { steps }: Conversation,
): Promise<readonly PlayedStep[]> {
  const talk = await house.open(scene.company, scene.platform, scene.person);
  const played: PlayedStep[] = [];
  try {
    let heard = 0;
    for (const step of steps) {
      const done = await take(talk, step, { heard, patienceMs: scene.patienceMs ?? minuteMs });
      played.push(done);
      if (done.missing.length > 0) break;
      heard = talk.heard().length;
    }
  } finally {
    talk.close();
  }
  return played;
}

async function take(
  talk: DemoTalk,
  step: Step,
  { heard, patienceMs }: { readonly heard: number; readonly patienceMs: number },
): Promise<PlayedStep> {
  if (step.does === "pay") await pay(talk.heard());
  else await talk.say(step.does.says);
  const answer = () => talk.heard().slice(heard).map(withoutMarkup).join("\n").trim();
  const missing = () => step.finds.filter((found) => !found.test(answer()));
  await until(() => answer() !== "" && missing().length === 0, patienceMs);
  return { step, answer: answer(), missing: missing() };
}

/** What people read, without the marks of any platform; addresses stay. */
function withoutMarkup(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll(/<(https?:[^|>\s]+)(?:\|[^>]*)?>/g, "$1")
    .replaceAll(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, "$2")
    .replaceAll(/^```\w*$/gm, "")
    .replaceAll(/\*\*?|(?<!\w)_|_(?!\w)|\\(?=[^\w\s])|`/g, "")
    .replaceAll("&amp;", "&")
    .replaceAll(/\n{3,}/g, "\n\n");
}
