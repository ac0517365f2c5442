import { describe, expect, test } from "vitest";
import {
  HandlerConflictError,
  HandlerNotFoundError,
  InvalidInterfaceError,
  InvalidRequestError,
  InvalidTemplateError,
} from "../../src/errors/index.ts";
import { EventBus } from "../../src/events/bus/event-bus.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { graphTemplate } from "../../src/testing/run/graph-template.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";

const template = (full: string, edges = "a -> b"): TaskTemplate => {
  const [namespace = "", name = "", version = ""] = full.split(/[/@]/);
  return graphTemplate(edges, { namespace, name, version });
};

const listening = (registry = new HandlerRegistry({ clock: new ManualClock() })) => {
  const told: TaskerEvent[] = [];
  registry.events.on((event) => told.push(event));
  return {
    registry,
    told,
    lines: () => told.map(({ name, payload }) => `${name} ${payload.entity_id ?? payload.registry_name}`),
  };
};

describe("a registry of templates", () => {
  test("finds by version, range and latest", () => {
    const registry = new HandlerRegistry();
    registry.registerMany(["1.2.0", "1.10.0", "2.0.0", "10.0.0"].map((version) => template(`shop/order@${version}`)));
    const found = (version?: string) => registry.get("shop", "order", version).definition.version;
    expect([found(), found("latest"), found("^1.2.0"), found("1.x"), found(">=1.2.0 <2"), found("<2 || 2.x")]).toEqual([
      "10.0.0",
      "10.0.0",
      "1.10.0",
      "1.10.0",
      "1.10.0",
      "2.0.0",
    ]);
    expect(() => found("~3.0.0")).toThrow(HandlerNotFoundError);
    expect(() => found("~3.0.0")).toThrow("shop.order@~3.0.0 is registered (versions: 1.2.0, 1.10.0, 2.0.0, 10.0.0)");
    expect(() => found("newest")).toThrow(InvalidRequestError);
    expect(() => found("newest")).toThrow('found "newest", expected a version, a range or latest');
  });

  test("takes all of several templates or none, and tells of each only when all are in", () => {
    const { registry, told, lines } = listening();
    const good = template("shop/order@1.0.0");
    const cyclic = template("shop/refund@1.0.0", "a -> b, b -> c, c -> a");
    expect(() => registry.registerMany([good, cyclic])).toThrow(InvalidTemplateError);
    expect(registry.list()).toEqual([]);
    expect(registry.namespaces()).toEqual([]);
    expect(lines()).toEqual(["handler.validation_failed shop.refund@1.0.0"]);
    expect(() => registry.registerMany([good, good])).toThrow(HandlerConflictError);
    expect(registry.size).toBe(0);
    told.length = 0;
    registry.events.on(() => told.length > 2 || expect(registry.size).toBe(2));
    registry.registerMany([good, template("bank/loan@1.0.0")]);
    expect(lines()).toEqual(["handler.registered shop.order@1.0.0", "handler.registered bank.loan@1.0.0"]);
  });

  test("refuses steps that cannot be, with their paths", () => {
    const registry = new HandlerRegistry();
    const refused = (edges: string, steps = {}) => {
      try {
        registry.register(graphTemplate(edges, { steps }));
      } catch (error) {
        return error instanceof InvalidTemplateError
          ? error.issues.map(({ path, message }) => `${path}: ${message}`)
          : [];
      }
      return [];
    };
    expect(refused("a", { b: { dependsOn: ["c"] } })).toEqual([
      'step_templates[1].depends_on_steps[0]: found the unknown step "c", expected the name of a step of this template',
    ]);
    expect(refused("a -> b, b -> a")[0]).toMatch(/^step_templates\[\d\].depends_on_steps\[0\]: found a cycle/);
    expect(refused("a", { a: { dependsOn: ["a"] } })[0]).toContain('found a dependency of "a" on itself');
    expect(registry.size).toBe(0);
  });

  test("refuses what lacks a method, and versions that the table cannot hold", () => {
    const { registry, lines } = listening();
    const { createStepHandler: _, ...bare } = template("shop/order@1.0.0");
    expect(() => registry.register(Object(bare))).toThrow(InvalidInterfaceError);
    expect(() => registry.register(Object(bare))).toThrow(
      "the template shop.order@1.0.0 must have the method createStepHandler",
    );
    const hooks = { establishStepDependenciesAndDefaults: (_a: 1, _b: 2, _c: 3) => {} };
    expect(() => registry.register({ ...template("shop/order@1.0.0"), taskHandler: Object(hooks) })).toThrow(
      "takes 3 arguments, expected at most 2",
    );
    expect(() => registry.register(template("shop/order@1.0.0-beta"))).toThrow(InvalidRequestError);
    expect(registry.size).toBe(0);
    expect(lines()).toHaveLength(4);
  });

  test("tells of replacing and removing, and that nothing was there to remove", () => {
    const { registry, told } = listening();
    registry.register(template("shop/order@1.0.0"));
    expect(() => registry.register(template("shop/order@1.0.0"))).toThrow("register it with replace: true");
    registry.register(template("shop/order@1.0.0"), { replace: true });
    expect(registry.unregister("shop", "order", "1.0.0")).toBe(true);
    expect(registry.unregister("shop", "order", "1.0.0")).toBe(false);
    expect(told).toMatchObject([
      {
        name: "handler.registered",
        payload: { registry_name: "handler_registry", entity_type: "handler", entity_id: "shop.order@1.0.0" },
      },
      {
        name: "handler.validation_failed",
        payload: { validation_error: expect.stringContaining("registered already") },
      },
      { name: "handler.registered", payload: { options: { replace: true } } },
      { name: "handler.unregistered", payload: { entity_class: "order" } },
    ]);
    expect(registry.namespaces()).toEqual([]);
  });

  test("counts namespaces, names and versions, and says how it is", () => {
    const { registry, lines } = listening();
    registry.registerMany(["a/x@1.0.0", "a/x@2.0.0", "a/y@1.0.0", "b/x@1.0.0"].map((full) => template(full)));
    expect(registry.stats()).toMatchObject({
      registryName: "handler_registry",
      uptimeSeconds: 0,
      totalNamespaces: 2,
      totalHandlers: 4,
      handlersByNamespace: { a: 2, b: 1 },
      versionsByNamespace: { a: 3, b: 1 },
    });
    expect(registry.healthCheck()).toMatchObject({ healthy: true, stats: { totalHandlers: 4 }, error: null });
    expect(lines().at(-1)).toBe("registry.health_check handler_registry");
    registry.clear();
    expect(registry.stats()).toMatchObject({ totalNamespaces: 0, totalHandlers: 0 });
  });

  test("publishes on the bus that it is given, and goes on when a listener throws", () => {
    const errors: unknown[] = [];
    const events = new EventBus({ onListenerError: (error) => errors.push(error) });
    const registry = new HandlerRegistry({ events });
    events.on("handler.registered", () => {
      throw new Error("deaf");
    });
    registry.register(template("shop/order@1.0.0"));
    expect(registry.size).toBe(1);
    expect(errors).toEqual([new Error("deaf")]);
  });
});
