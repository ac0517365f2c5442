import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HandlerConflictError, HandlerNotFoundError, InvalidRequestError } from "../../src/errors/index.ts";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { compareVersions } from "../../src/templates/version.ts";

const template = (namespace: string, name: string, version: string): TaskTemplate =>
  bindTemplate(parseTemplate(JSON.stringify({ name, namespace_name: namespace, version, step_templates: [] })), {});

function registryWith(...names: readonly string[]): HandlerRegistry {
  const registry = new HandlerRegistry();
  for (const full of names) {
    const [namespace = "", name = "", version = ""] = full.split(/[/@]/);
    registry.register(template(namespace, name, version));
  }
  return registry;
}

const fullNames = (templates: readonly TaskTemplate[]) =>
  templates.map(({ definition }) => `${definition.namespace}/${definition.name}@${definition.version}`);

describe("a registry", () => {
  test("gives the template of exactly one namespace, name and version", () => {
    const registry = new HandlerRegistry();
    const ours = template("shop", "order", "1.0.0");
    registry.register(ours);
    registry.register(template("bank", "order", "1.0.0"));
    registry.register(template("shop", "order", "2.0.0"));
    expect(registry.get("shop", "order", "1.0.0")).toBe(ours);
  });

  test("gives the highest version for latest, which is the default", () => {
    const registry = registryWith("shop/order@9.0.0", "shop/order@10.0.0", "shop/order@2.11.0");
    expect(registry.get("shop", "order").definition.version).toBe("10.0.0");
    expect(registry.get("shop", "order", "latest").definition.version).toBe("10.0.0");
  });

  test("refuses a second template of the same name unless it is to replace the first", () => {
    const registry = registryWith("shop/order@1.0.0");
    const second = template("shop", "order", "1.0.0");
    expect(() => registry.register(second)).toThrow(HandlerConflictError);
    expect(() => registry.register(second, { replace: false })).toThrow(
      "The template shop.order@1.0.0 is registered already",
    );
    expect(registry.get("shop", "order")).not.toBe(second);
    registry.register(second, { replace: true });
    expect(registry.get("shop", "order")).toBe(second);
  });

  test("refuses a version that the database would refuse", () => {
    const valid = template("shop", "order", "1.0.0");
    const invalid = { ...valid, definition: { ...valid.definition, version: "1.0.0-beta" } };
    expect(() => new HandlerRegistry().register(invalid)).toThrow(InvalidRequestError);
    expect(() => new HandlerRegistry().register(invalid)).toThrow('version: found "1.0.0-beta"');
  });

  test("forgets a template that is unregistered", () => {
    const registry = registryWith("shop/order@1.0.0", "shop/order@2.0.0");
    expect(registry.unregister("shop", "order", "2.0.0")).toBe(true);
    expect(registry.unregister("shop", "order", "2.0.0")).toBe(false);
    expect(registry.unregister("bank", "order", "1.0.0")).toBe(false);
    expect(registry.get("shop", "order").definition.version).toBe("1.0.0");
    expect(registry.unregister("shop", "order", "1.0.0")).toBe(true);
    expect(registry.list()).toEqual([]);
  });

  test("lists templates by namespace, name and version", () => {
    const registry = registryWith("shop/ship@1.0.0", "shop/order@10.0.0", "bank/pay@1.0.0", "shop/order@9.0.0");
    expect(fullNames(registry.list())).toEqual([
      "bank/pay@1.0.0",
      "shop/order@9.0.0",
      "shop/order@10.0.0",
      "shop/ship@1.0.0",
    ]);
    expect(fullNames(registry.list("bank"))).toEqual(["bank/pay@1.0.0"]);
    expect(registry.list("zoo")).toEqual([]);
  });

  test("hands out lists that do not change", () => {
    const registry = registryWith("shop/order@1.0.0");
    const before = registry.list();
    registry.register(template("shop", "order", "2.0.0"));
    expect(fullNames(before)).toEqual(["shop/order@1.0.0"]);
    expect(Object.isFrozen(before)).toBe(true);
  });

  test.each([
    [
      "another version",
      "shop",
      "order",
      "3.0.0",
      "No template shop.order@3.0.0 is registered (versions: 1.0.0, 2.0.0)",
    ],
    [
      "a misspelt name",
      "shop",
      "odrer",
      "latest",
      'No template shop.odrer@latest is registered (did you mean "order"?)',
    ],
    ["an unknown name", "shop", "zzz", "latest", '(names in the namespace "shop": order)'],
    ["an unknown namespace", "shpo", "order", "latest", '(did you mean "shop"?)'],
  ])("says what is registered instead of %s", (_title, namespace, name, version, message) => {
    const registry = registryWith("shop/order@1.0.0", "shop/order@2.0.0");
    expect(() => registry.get(namespace, name, version)).toThrow(HandlerNotFoundError);
    expect(() => registry.get(namespace, name, version)).toThrow(message);
  });

  test("says so if it is empty", () => {
    expect(() => new HandlerRegistry().get("shop", "order")).toThrow("(there are no namespaces)");
  });
});

describe("the order of versions", () => {
  const version = fc.tuple(fc.nat(200), fc.nat(200), fc.nat(200));

  test("is that of their numbers", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const difference = a.map((part, index) => part - (b[index] ?? 0)).find((part) => part !== 0) ?? 0;
        expect(Math.sign(compareVersions(a.join("."), b.join(".")))).toBe(Math.sign(difference));
      }),
    );
  });

  test("is settled for versions that differ in leading zeros", () => {
    expect(compareVersions("01.0.0", "1.0.0")).toBe(-1);
    expect(compareVersions("1.0.0", "01.0.0")).toBe(1);
  });
});
