import { SpanStatusCode, trace, type Attributes, type Span, type Tracer } from "@opentelemetry/api";
import type { Part } from "../core/part.ts";

const tracerName = "baton";
let tracer: Tracer | undefined;

/**
 * Runs `fn` inside a span when traces are exported, and just runs it when not: then it costs one function call.
 * A failure marks the span by the error's name alone, because messages can carry what must not leave.
 */
export function withSpan<T>(
  name: string,
  attributes: Attributes,
  fn: (span?: Span) => Promise<T>,
): Promise<T> {
  return tracer === undefined
    ? fn()
    : tracer.startActiveSpan(name, { attributes }, (span) => runInSpan(span, fn));
}

async function runInSpan<T>(span: Span, fn: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await fn(span);
  } catch (error) {
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: error instanceof Error ? error.name : "not an error",
    });
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Exports spans over OTLP/HTTP to `endpoint` (`/v1/traces` below it), in batches. Without an endpoint it does
 * nothing and loads nothing. Spans that cannot be delivered are dropped; the service never waits for them.
 */
export function createTracing({
  endpoint,
  service = "baton",
}: {
  endpoint: string | undefined;
  service?: string;
}): Part {
  let shutdown: (() => Promise<void>) | undefined;
  return {
    name: "tracing",
    async start() {
      if (endpoint === undefined) return;
      const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
        await Promise.all([
          import("@opentelemetry/sdk-trace-node"),
          import("@opentelemetry/exporter-trace-otlp-http"),
          import("@opentelemetry/resources"),
        ]);
      const url = `${endpoint.replace(/\/$/, "")}/v1/traces`;
      const resource = resourceFromAttributes({ "service.name": service });
      const provider = new NodeTracerProvider({
        resource,
        spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
      });
      provider.register();
      tracer = provider.getTracer(tracerName);
      shutdown = () => provider.shutdown();
    },
    async stop() {
      const end = shutdown;
      shutdown = undefined;
      if (end === undefined) return;
      tracer = undefined;
      trace.disable();
      await end().catch(() => {}); // a collector that is gone is no reason for an unclean stop
    },
  };
}
