import { parseArgs } from "node:util";
import { conversations, demoCompanies, type DemoCompany } from "./demo/conversations.ts";
import { demoPlatforms, openDemoHouse, type DemoHouse, type DemoPlatform } from "./demo/demo-house.ts";
import { play, type PlayedStep } from "./demo/play.ts";
import { printConversation, printEnd, type Ran } from "./demo/print.ts";

const { values } = parseArgs({
  options: {
    company: { type: "string", multiple: true, default: [...demoCompanies] },
    platform: { type: "string", multiple: true, default: [...demoPlatforms] },
  },
});
const companies = demoCompanies.filter((name) => values.company.includes(name));
const platforms = demoPlatforms.filter((name) => values.platform.includes(name));
if (companies.length === 0 || platforms.length === 0)
  throw new Error(`companies: ${demoCompanies.join(", ")}; platforms: ${demoPlatforms.join(", ")}`);

process.stdout.write("Starting Baton twice: once without a model, once with a scripted one…\n");
const houses = { rules: await openHouse(false), model: await openHouse(true) };
const all: Ran[] = [];
try {
  for (const company of companies) await playCompany(company);
} finally {
  await Promise.all([houses.rules.stop(), houses.model.stop()]);
}
printEnd(all);
if (all.some(({ steps }) => steps.some(({ missing }) => missing.length > 0))) process.exitCode = 1;

function openHouse(withModel: boolean): Promise<DemoHouse> {
  return openDemoHouse({ withModel, platforms });
}

async function playCompany(company: DemoCompany): Promise<void> {
  for (const [person, conversation] of conversations[company].entries()) {
    const runs = await Promise.all(
      platforms.flatMap((platform) => {
        const scene = { company, platform, person };
        return [run(scene, "rules"), run(scene, "model")];
      }),
    );
    all.push(...runs);
    printConversation(`${company}: ${conversation.title}`, runs);

    async function run(
      scene: { company: DemoCompany; platform: DemoPlatform; person: number },
      brain: keyof typeof houses,
    ): Promise<Ran> {
      const steps: readonly PlayedStep[] = await play(houses[brain], scene, conversation);
      const name = `${company}: ${conversation.title}`;
      return { name, platform: scene.platform, brain, steps, expected: conversation.steps.length };
    }
  }
}
