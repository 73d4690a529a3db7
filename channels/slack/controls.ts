import type { ActionsBlock, Button as SlackButton, ContextActionsBlock } from "@slack/types";
import { PermanentError } from "../../src/core/errors.ts";
import { actions, type Button } from "../../src/core/reply.ts";
import { cutShort } from "../kit/cut-short.ts";

/** What a pressed control means, in Baton's words. */
export interface Control {
  readonly action: string;
  readonly value: string;
}

/**
 * Reads a pressed control back. Slack wants every `action_id` of a block to differ, so a repeated action
 * carries a number, and the two thumbs share one `action_id` and differ in their value.
 */
export function readControl(actionId: string, value: string): Control {
  if (actionId === feedbackId) {
    const isDown = value.startsWith(down);
    return {
      action: isDown ? actions.feedbackDown : actions.feedbackUp,
      value: value.slice((isDown ? down : up).length),
    };
  }
  return { action: actionId.replace(/:\d+$/, ""), value };
}

/** Buttons, then suggested replies, in as many blocks as Slack needs. Throws PermanentError for a value over 2 000 characters. */
export function toActionsBlocks(buttons: readonly Button[], suggestions: readonly string[]): ActionsBlock[] {
  const all = [
    ...buttons,
    ...suggestions.map((text): Button => ({
      action: actions.suggestion,
      label: text,
      value: text.slice(0, maxValue),
    })),
  ];
  const seen = new Map<string, number>();
  const elements = all.map((button) => {
    const count = seen.get(button.action) ?? 0;
    seen.set(button.action, count + 1);
    return toButton(button, count === 0 ? button.action : `${button.action}:${count}`);
  });
  const blocks: ActionsBlock[] = [];
  for (let at = 0; at < elements.length; at += maxElements) {
    blocks.push({ type: "actions", elements: elements.slice(at, at + maxElements) });
  }
  return blocks;
}

/** Slack's own thumbs. */
export function toFeedbackBlock(id: string): ContextActionsBlock {
  const text = (emoji: string) => ({ type: "plain_text" as const, text: emoji, emoji: true });
  return {
    type: "context_actions",
    elements: [
      {
        type: "feedback_buttons",
        action_id: feedbackId,
        positive_button: { text: text("👍"), accessibility_label: "Good answer", value: `${up}${id}` },
        negative_button: { text: text("👎"), accessibility_label: "Bad answer", value: `${down}${id}` },
      },
    ],
  };
}

const feedbackId = "baton.feedback";
const up = "up:";
const down = "down:";
const maxElements = 25;
const maxLabel = 75;
const maxValue = 2_000;

function toButton({ label, value, style }: Button, actionId: string): SlackButton {
  if (value.length > maxValue) {
    throw new PermanentError(`slack: a button's value is over ${maxValue} characters`, {
      code: "button too long",
    });
  }
  return {
    type: "button",
    action_id: actionId,
    text: {
      type: "plain_text",
      text: cutShort(label.trim() === "" ? actionId : label, maxLabel),
      emoji: true,
    },
    value,
    ...(style === undefined ? {} : { style }),
  };
}
