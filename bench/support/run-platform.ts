import type { Driver } from "./driver.ts";
import type { Load, LoadResult } from "./load.ts";
import { runLoad } from "./run-load.ts";

/** What Baton is told about a platform. */
export interface PlatformHello {
  /** By the names of its settings. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the platform delivers to; empty where it needs only the address. */
  readonly route: string;
  /** Files of the configuration folder the platform needs, from the folder Baton runs in. */
  readonly files: Readonly<Record<string, string>>;
}

/** What is asked of a platform's process. */
export type PlatformOrder =
  | { readonly kind: "serve"; readonly url: string; readonly timeScale: number }
  | { readonly kind: "load"; readonly load: Load };

/** Makes this process the platform: says hello, then obeys one order at a time until its parent is gone. */
export function runPlatform<Place>(driver: Driver<Place>, hello: PlatformHello): void {
  async function obey(order: PlatformOrder): Promise<LoadResult | object> {
    switch (order.kind) {
      case "serve":
        await driver.serve(order.url, order.timeScale);
        return {};
      case "load":
        return runLoad(driver, order.load);
      default:
        throw new Error(`unknown order: ${order satisfies never}`);
    }
  }

  process.on("message", (order: PlatformOrder) => void obey(order).then((answer) => process.send?.(answer)));
  process.once("disconnect", () => process.exit(0));
  process.send?.(hello);
}
