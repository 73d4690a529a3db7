import { isId, parseId, type TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { FastState } from "../store/fast-state.ts";
import type { DocumentStore } from "./document-store.ts";

/** What companies' documents are at, at hand in each process. */
export interface DocumentVersions {
  /** The same documents; whoever changes them through this tells everyone. */
  readonly documents: DocumentStore;
  of(tenantId: TenantId): string;
  start(): Promise<void>;
  stop(): void;
}

export interface DocumentVersionsParts {
  readonly documents: DocumentStore;
  readonly tenants: readonly TenantId[];
  readonly fast: Pick<FastState, "publish" | "subscribe">;
  /** Told of a company that has, or had, documents; again with each change. */
  readonly onKnown?: ((tenantId: TenantId) => void) | undefined;
  readonly log: Log;
}

const topic = "knowledge";
const none = "0";

/** Reads the versions once; then each change names its company, in this process before it resolves and in others by pub/sub. */
export async function createDocumentVersions(parts: DocumentVersionsParts): Promise<DocumentVersions> {
  const { documents, tenants, fast, log } = parts;
  const versions = new Map<TenantId, string>();
  let unsubscribe: (() => void) | undefined;

  async function read(tenantId: TenantId): Promise<void> {
    const version = await documents.version(tenantId);
    versions.set(tenantId, version);
    if (version !== none) parts.onKnown?.(tenantId);
  }

  function hear(message: string): void {
    if (!isId(message)) return;
    const tenantId = parseId<TenantId>(message);
    read(tenantId).catch((cause: unknown) => {
      // What it is at is not known: nothing that was named by it is told again.
      versions.set(tenantId, `unknown ${performance.now()}`);
      log.warn({ err: cause, company_id: tenantId }, "the documents' version could not be read");
    });
  }

  async function tell<T>(tenantId: TenantId, change: Promise<T>): Promise<T> {
    const changed = await change;
    await read(tenantId);
    void fast.publish(topic, tenantId);
    return changed;
  }

  await Promise.all(tenants.map(read));
  return {
    documents: {
      ...documents,
      keep: (tenantId, kept) => tell(tenantId, documents.keep(tenantId, kept)),
      restrict: (tenantId, ids, audience) => tell(tenantId, documents.restrict(tenantId, ids, audience)),
      async readdress(tenantId, sources) {
        const times = await documents.readdress(tenantId, sources);
        return times === 0 ? 0 : tell(tenantId, Promise.resolve(times));
      },
      remove: (tenantId, ids) => tell(tenantId, documents.remove(tenantId, ids)),
    },
    of: (tenantId) => versions.get(tenantId) ?? none,
    start: async () => {
      unsubscribe = await fast.subscribe(topic, hear);
    },
    stop: () => unsubscribe?.(),
  };
}
