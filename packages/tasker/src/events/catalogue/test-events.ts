import { z } from "zod";
import { defineEvents } from "./event-definition.ts";

const entry = {
  description: "For tests of subscribers: nothing of Tasker publishes it.",
  firedWhen: "when a test publishes it",
  durability: "ephemeral",
  payload: z.record(z.string(), z.json()),
} as const;

/** Events that only tests publish. */
export const TEST_EVENTS = defineEvents(
  { constant: "TEST_EVENTS", category: "test" },
  {
    TEST_EVENT: { ...entry, name: "test.event" },
    SLOW_EVENT: { ...entry, name: "slow.event" },
    CUSTOM_EVENT: { ...entry, name: "custom.event" },
    TEST_DOT_EVENT: { ...entry, name: "Test.Event" },
  },
);
