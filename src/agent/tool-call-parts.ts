import type { ModelToolCall } from "./model-reply.ts";

/** A fragment of a streamed tool call. */
export interface ToolCallPart {
  readonly index?: number | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly args?: string | undefined;
}

interface Draft {
  readonly slot: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

/** Tool calls put together from a stream's fragments. */
export interface ToolCallParts {
  add(part: ToolCallPart): void;
  /** All calls in the order they began, each with an id of its own: some servers send none, or one for all. */
  calls(): ModelToolCall[];
}

/** Starts with no calls. Fragments without an index belong to the newest call unless they bring a new id. */
export function createToolCallParts(): ToolCallParts {
  const drafts: Draft[] = [];
  return {
    add(part) {
      let draft = findDraft(drafts, part);
      if (draft === undefined) {
        draft = { slot: part.index, id: "", name: "", arguments: "" };
        drafts.push(draft);
      }
      draft.id ||= part.id ?? "";
      draft.name ||= part.name ?? "";
      draft.arguments += part.args ?? "";
    },
    calls() {
      const given = drafts.map(({ id }) => id);
      return drafts.map((draft, index) => {
        const usable = /^[\w-]{1,64}$/.test(draft.id) && given.indexOf(draft.id) === index;
        const id = usable ? draft.id : findFreeId(given, index);
        given[index] = id;
        return { id, name: draft.name, arguments: draft.arguments };
      });
    },
  };
}

function findDraft(drafts: readonly Draft[], part: ToolCallPart): Draft | undefined {
  if (part.index !== undefined) return drafts.find((draft) => draft.slot === part.index);
  const newest = drafts.at(-1);
  const isNew = part.id !== undefined && part.id !== "" && part.id !== newest?.id;
  return isNew ? undefined : newest;
}

function findFreeId(taken: readonly string[], index: number): string {
  let id = `call_${index}`;
  while (taken.includes(id)) id += "_";
  return id;
}
