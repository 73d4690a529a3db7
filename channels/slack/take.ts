import type { ModalView } from "@slack/types";
import type { Installations } from "../../src/core/channel.ts";
import { fixMenu, type FormDesk } from "../../src/core/deck.ts";
import type { Accept, Accepted, ActionEnvelope, Envelope } from "../../src/core/envelope.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Delivery } from "./bolt.ts";
import { textAt, type Fields } from "../kit/fields.ts";
import { opensForm, toFormView, toRefusalView } from "./forms.ts";
import { installationsNamedBy, parseSlack } from "./parse.ts";
import type { SlackContext } from "./parse-context.ts";
import type { SlackSettings } from "./settings.ts";
import type { SlackTokens } from "./tokens.ts";

/** What became of a delivery. `forged`: signed by an app that the workspace did not install. */
export type Taken = Accepted | { readonly kind: "not installed" } | { readonly kind: "forged" };

interface TakeParts {
  readonly settings: Pick<SlackSettings, "allowedBots" | "appId">;
  readonly tokens: SlackTokens;
  readonly installations: Installations;
  readonly log: Log;
  readonly now: () => number;
  readonly accept: Accept;
  /** Whether a workspace that is not installed may be ours all the same: then Slack is to send the delivery again. */
  readonly isUnsettled: () => boolean;
  /** Shows the App Home to a person. Not waited for. */
  readonly publishHome: (installation: string, user: string) => Promise<void>;
  /** Says which form a press opens. */
  readonly formOf: FormDesk;
  /** Shows a form to whoever pressed. */
  readonly openForm: (installation: string, trigger: string, view: ModalView) => Promise<void>;
}

/** Routes a delivery to its workspace, reads it, hands the envelope on. Rejects when nothing was kept. */
export function createTake(parts: TakeParts): (delivery: Delivery) => Promise<Taken> {
  const { tokens, installations, log, accept } = parts;

  return async ({ body, correlationId, retryNum, retryReason }) => {
    const context = await findContext(body, correlationId);
    if (context === undefined) {
      if (parts.isUnsettled())
        throw new TransientError("slack: nobody could say yet which workspace is ours", {
          code: "unsettled",
        });
      log.warn(
        { correlationId, teams: installationsNamedBy(body), type: textAt(body, "type") },
        "slack delivery for a workspace that is not installed",
      );
      return { kind: "not installed" };
    }
    const appId = textAt(body, "api_app_id");
    if (context.appId !== undefined && appId !== undefined && appId !== context.appId) {
      log.warn(
        { correlationId, installation: context.installation, appId },
        "slack delivery signed by an app the workspace did not install",
      );
      return { kind: "forged" };
    }
    const parsed = parseSlack(body, context);
    if (parsed.kind === "ignored") {
      log.debug({ correlationId, reason: parsed.reason }, "slack delivery ignored");
      return parsed;
    }
    if (retryNum !== undefined)
      log.info({ correlationId, retryNum, retryReason }, "slack sent a delivery again");
    const { envelope } = parsed;
    const trigger = textAt(body, "trigger_id");
    if (!opensForm(envelope) || trigger === undefined) return takeIn(envelope);
    // A trigger is good for three seconds, and so is the acknowledgement.
    void showForm(envelope, { trigger, isMenu: textAt(body, "type") === "message_action" });
    return { kind: "ignored", reason: "a form is opened" };
  };

  /** Who cannot be shown one reads what to write instead. A press that is delivered twice has opened it once. */
  async function showForm(
    envelope: ActionEnvelope,
    { trigger, isMenu }: { readonly trigger: string; readonly isMenu: boolean },
  ): Promise<void> {
    const { installation, correlationId, action, value, targetId, sender, place } = envelope;
    try {
      const asked = { action, installation, by: sender.id, space: place.space };
      const form = await parts.formOf({ ...asked, ...(isMenu ? { message: targetId } : { value }) });
      const view = form === undefined ? toRefusalView(fixMenu) : toFormView(envelope, form);
      await parts.openForm(installation, trigger, view);
    } catch (cause) {
      if (cause instanceof PermanentError && cause.code === "exchanged_trigger_id") return;
      log.warn({ correlationId, installation, err: cause }, "slack form not shown");
      await takeIn(envelope).catch((err: unknown) =>
        log.warn({ correlationId, installation, err }, "a press that opened no form was not kept"),
      );
    }
  }

  async function takeIn(envelope: Envelope): Promise<Taken> {
    const { sender, installation, correlationId } = envelope;
    const accepted = await accept(envelope);
    if (envelope.kind !== "membership") return accepted;
    if (envelope.change === "uninstalled") await installations.remove(installation);
    if (envelope.change === "home opened") {
      void parts.publishHome(installation, sender.id).catch((cause: unknown) => {
        log.warn({ correlationId, installation, err: cause }, "slack app home not shown");
      });
    }
    return accepted;
  }

  async function findContext(body: Fields, correlationId: string): Promise<SlackContext | undefined> {
    for (const installation of installationsNamedBy(body)) {
      const credentials = await tokens.known(installation);
      if (credentials === undefined) continue;
      return {
        installation,
        botUserId: credentials.botUserId,
        botId: credentials.botId,
        appId: credentials.appId ?? parts.settings.appId,
        allowedBots: parts.settings.allowedBots,
        receivedAt: new Date(parts.now()),
        correlationId,
      };
    }
    return undefined;
  }
}
