import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import { z } from "zod";

const Value = z
  .object({
    stringValue: z.string().optional(),
    intValue: z.union([z.number(), z.string()]).optional(),
    doubleValue: z.number().optional(),
    boolValue: z.boolean().optional(),
    arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })).default([]) }).optional(),
  })
  .transform((value): unknown => {
    if (value.arrayValue !== undefined) return value.arrayValue.values.map(({ stringValue }) => stringValue);
    if (value.intValue !== undefined) return Number(value.intValue);
    return value.stringValue ?? value.doubleValue ?? value.boolValue;
  });
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .default([])
  .transform((list): Record<string, unknown> => Object.fromEntries(list.map(({ key, value }) => [key, value])));
const Nanoseconds = z.string().transform((text) => Number(BigInt(text) / 1_000n) / 1_000);
const SpanRecord = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: Nanoseconds,
  endTimeUnixNano: Nanoseconds,
  attributes: Attributes,
  events: z.array(z.object({ name: z.string(), attributes: Attributes })).default([]),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string(), attributes: Attributes })).default([]),
  status: z.object({ code: z.number().default(0), message: z.string().optional() }).default({ code: 0 }),
});
const Request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ scope: z.object({ name: z.string() }), spans: z.array(SpanRecord) })),
    }),
  ),
});

/** A span as a collector gets it. Times in milliseconds since the epoch. */
export interface ReceivedSpan extends z.output<typeof SpanRecord> {
  /** `service.name` of the process that made it. */
  readonly service: unknown;
  /** Name of the tracer. */
  readonly scope: string;
}

/** Collects the spans that processes export. */
export interface OtlpReceiver {
  /** Where traces are posted to. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
}

/** Starts a receiver of OTLP by HTTP and JSON, for one test. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      for (const { resource, scopeSpans } of Request.parse(JSON.parse(body)).resourceSpans) {
        for (const { scope, spans: records } of scopeSpans) {
          const service = resource.attributes["service.name"];
          spans.push(...records.map((record) => ({ ...record, service, scope: scope.name })));
        }
      }
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");
  return { url: `http://127.0.0.1:${address.port}/v1/traces`, spans };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
