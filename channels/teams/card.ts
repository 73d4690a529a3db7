import { deckFormOf, formField, formLimit, type DeckChoice, type DeckForm } from "../../src/core/deck.ts";
import { actions, type Button, type Citation, type Reply } from "../../src/core/reply.ts";
import { cutToLine } from "../kit/cut-short.ts";
import { judgeLink } from "../kit/safe-link.ts";

/** The key under which a control of ours keeps its action and value in a card's data. */
export const controlKey = "baton";

/** The content of an Adaptive Card. */
export type Card = Readonly<Record<string, unknown>>;

/**
 * What hangs on a reply as an Adaptive Card 1.5: sources, buttons, suggested replies, thumbs. Undefined when
 * nothing does. Its texts are plain runs, in which neither markdown nor a mention comes to life.
 */
export function toCard(reply: Reply): Card | undefined {
  const body = [
    ...(reply.citations ?? []).slice(0, mostCitations).map(toSource),
    ...toActionSets([
      ...(reply.buttons ?? []),
      ...(reply.suggestions ?? []).map((text) => ({ action: actions.suggestion, label: text, value: text })),
    ]),
    ...(reply.feedback === undefined ? [] : [toThumbs(reply.feedback)]),
  ];
  if (body.length === 0) return undefined;
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.5",
    fallbackText: labelsOf(reply),
    body,
  };
}

/** The words of a reply's controls, for where no card is shown. */
export function labelsOf({ buttons = [], suggestions = [], citations = [] }: Reply): string {
  const names = [
    ...citations.map(({ title }) => title),
    ...buttons.map(({ label }) => label),
    ...suggestions,
  ];
  return cutToLine(names.join(" · "), 400);
}

const mostCitations = 20;
const longestTitle = 150;
const longestUrl = 1_000;
const longestLabel = 75;
/** Teams shows six buttons in a row of its own and hides the rest. */
const mostInARow = 6;

function toSource(citation: Citation, index: number): Card {
  const { title, url, locator } = citation;
  const name = cutToLine(title, longestTitle) || "source";
  const verdict = judgeLink(title, url ?? "");
  const isLinked = verdict.kind !== "inert" && verdict.url.length <= longestUrl;
  const link = (text: string): Card =>
    isLinked ? { ...run(text), selectAction: { type: "Action.OpenUrl", url: verdict.url } } : run(text);
  const where = locator === undefined || locator === "" ? "" : ` · ${cutToLine(locator, longestTitle)}`;
  const isDisguised = verdict.kind === "disguised" && isLinked;
  return {
    type: "RichTextBlock",
    inlines: [
      run(`[${index + 1}] `),
      ...(isDisguised ? [run(`${name} (`), link(verdict.host), run(")")] : [link(name)]),
      ...(where === "" ? [] : [run(where)]),
    ],
  };
}

function run(text: string): Card {
  return { type: "TextRun", text, size: "Small" };
}

function toActionSets(buttons: readonly Button[]): Card[] {
  const sets: Card[] = [];
  for (let at = 0; at < buttons.length; at += mostInARow) {
    sets.push({ type: "ActionSet", actions: buttons.slice(at, at + mostInARow).map(toAction) });
  }
  return sets;
}

/** Each input of a card needs an id of its own. */
function toInputId(name: string, action: string): string {
  return `${name}.${action}`;
}

/** The field's own name again. */
export function fieldOf(inputId: string): string {
  return /^(\w+)\.baton\./u.exec(inputId)?.[1] ?? inputId;
}

/** A button with the form that unfolds under it, where that is not the one of words. */
export interface FormButton extends Button {
  readonly form?: DeckForm | undefined;
}

/** A button that asks something first unfolds its form on the card. */
function toAction(button: FormButton): Card {
  const form = button.form ?? deckFormOf(button.action);
  if (form === undefined) return toSubmit(button);
  const { title, submit, choice } = form;
  return {
    type: "Action.ShowCard",
    title: cutToLine(button.label, longestLabel) || title,
    card: {
      type: "AdaptiveCard",
      version: "1.5",
      body: [
        toInput(toInputId(formField, button.action), form),
        ...(choice === undefined ? [] : [toChoiceSet(choice, button.action)]),
      ],
      actions: [toSubmit({ ...button, label: submit })],
    },
  };
}

function toInput(id: string, { label, placeholder, isLong, limit = formLimit, options }: DeckForm): Card {
  const field = { id, label, isRequired: true };
  if (options !== undefined)
    return {
      ...field,
      type: "Input.ChoiceSet",
      style: "filtered",
      errorMessage: "Choose one first.",
      choices: options.map(toOption),
    };
  return {
    ...field,
    type: "Input.Text",
    placeholder,
    isMultiline: isLong,
    maxLength: limit,
    errorMessage: "Write something first.",
  };
}

function toOption({ label: title, value }: DeckChoice["options"][number]): Card {
  return { title, value };
}

function toChoiceSet({ name, label, options }: DeckChoice, action: string): Card {
  return {
    type: "Input.ChoiceSet",
    id: toInputId(name, action),
    label,
    style: "expanded",
    value: options[0]?.value ?? "",
    choices: options.map(toOption),
  };
}

function toSubmit({ action, label, value, style }: Button): Card {
  return {
    type: "Action.Submit",
    title: cutToLine(label, longestLabel) || action,
    data: { [controlKey]: { action, value } },
    ...(style !== undefined && { style: style === "primary" ? "positive" : "destructive" }),
  };
}

function toThumbs(value: string): Card {
  const thumb = (action: string, title: string, tooltip: string): Card => ({
    ...toSubmit({ action, label: title, value }),
    tooltip,
  });
  return {
    type: "ActionSet",
    actions: [
      thumb(actions.feedbackUp, "👍", "Good answer"),
      thumb(actions.feedbackDown, "👎", "Bad answer"),
    ],
  };
}
