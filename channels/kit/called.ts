import type { Mentioned, Reply } from "../../src/core/reply.ts";

/** One message calls no more people than this, whatever it is told. */
const mostCalled = 20;

/** Whom a reply calls by name: those whose ids are the platform's own, as far as one message may call. */
export function calledIn(
  { mentions = [] }: Pick<Reply, "mentions">,
  isId: (id: string) => boolean = () => true,
): readonly Mentioned[] {
  return mentions.filter(({ id }) => isId(id)).slice(0, mostCalled);
}
