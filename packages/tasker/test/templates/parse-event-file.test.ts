import { describe, expect, test } from "vitest";
import { InvalidDeclarationError } from "../../src/errors/index.ts";
import { parseEventFile } from "../../src/templates/parse-event-file.ts";

const parse = (text: string) => parseEventFile(text, "orders.yml");

function issueOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof InvalidDeclarationError) return error.message;
    throw error;
  }
  return expect.unreachable("the file was accepted");
}

describe("a file that declares events", () => {
  test("may have the shape that the reference generates", () => {
    expect(
      parse(`events:
  custom:
    order_processed:
      constant: "order.processed"
      description: "Fired when an order is ready for fulfillment"
      payload_schema:
        order_id: { type: "String", required: true }
        total_amount: { type: "Float", required: true }
        note: String
        timestamp: { type: "Time", required: true }
      fired_by: ["OrderService"]
`),
    ).toEqual([
      {
        name: "order.processed",
        description: "Fired when an order is ready for fulfillment",
        payloadSchema: {
          type: "object",
          properties: {
            order_id: { type: "string" },
            total_amount: { type: "number" },
            note: { type: "string" },
            timestamp: { type: "string", format: "date-time" },
          },
          required: ["order_id", "total_amount", "timestamp"],
        },
        isStamped: true,
        firedBy: ["OrderService"],
        source: "orders.yml:3",
      },
    ]);
  });

  test("may have the shape that the reference loads, with a JSON Schema", () => {
    expect(
      parse(`event_metadata:
  order:
    paid:
      description: Money came
      payload_schema: {type: object, required: [total], properties: {total: {type: number}}}
      fired_by: Pay
    sent:
`),
    ).toMatchObject([
      {
        name: "order.paid",
        payloadSchema: { type: "object", required: ["total"], properties: { total: { type: "number" } } },
        isStamped: false,
        firedBy: ["Pay"],
        source: "orders.yml:3",
      },
      { name: "order.sent", description: null, payloadSchema: null, firedBy: [] },
    ]);
  });

  test("may be empty", () => {
    expect(parse("events: {custom: {}}\nevent_metadata:\n")).toEqual([]);
  });

  test.each([
    ["events: [1]", "orders.yml:1:9: events: found a list, expected a mapping with custom"],
    [
      "event: {}",
      'orders.yml:1:1: event: found the unknown key "event", expected one of the known keys (did you mean "events"?)',
    ],
    ["events: {task: {}}", "orders.yml:1:10: events.task: found task, expected custom: other events are the engine's"],
    ["events: {custom: {a: {}}}", "found no constant, expected the name of the event, such as order.paid"],
    ["events: {custom: {a: {constant: paid}}}", 'found the name "paid", expected a name with a dot inside'],
    ["events: {custom: {a: {constant: task.completed}}}", "expected a name that does not begin with one of task."],
    ["event_metadata: {step: {failed: {}}}", "expected a name that does not begin with one of task."],
    [
      "events: {custom: {a: {constant: a.b, payload_schema: {id: {type: Strng}}}}}",
      'found the unknown type "Strng", expected a known type (did you mean "String"?)',
    ],
    [
      "events: {custom: {a: {constant: a.b, payload_schema: {type: objekt}}}}",
      'found "objekt", which is not valid in JSON Schema',
    ],
    ["events: {custom: {a: {constant: a.b, fired_by: [1]}}}", "found 1, expected the name of a handler"],
    ["events: {custom: {a: {constant: a.b, description: [x]}}}", "found a list, expected a text"],
    [
      "events: {custom: {a: {constant: a.b, descripton: x}}}",
      'found the unknown key "descripton", expected one of the known keys (did you mean "description"?)',
    ],
  ])("is refused with its place: %s", (text, message) => {
    expect(issueOf(text)).toContain(message);
  });
});
