import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { InvalidRecordError, RecordConflictError, RecordInUseError } from "../../../src/errors/index.ts";
import { DependentSystem, DependentSystemObjectMap, NamedStep } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const AT = new Date("2026-03-01T12:00:00Z");

describeOnPostgres("DependentSystem", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });

  test("is created, changed and deleted, and its name is unique", async () => {
    const made = await DependentSystem.create(database, { name: "crm" }, AT);
    expect(made).toMatchObject({ name: "crm", description: null, created_at: AT, updated_at: AT });
    await expect(DependentSystem.create(database, { name: "crm" })).rejects.toBeInstanceOf(RecordConflictError);
    await expect(DependentSystem.create(database, { name: " " })).rejects.toBeInstanceOf(InvalidRecordError);
    const changed = await DependentSystem.update(database, made.dependent_system_id, { description: "customers" });
    expect(changed.description).toBe("customers");
    await DependentSystem.destroy(database, made.dependent_system_id);
    expect(await DependentSystem.findByName(database, "crm")).toBeUndefined();
  });

  test("is found or made by its name, once", async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () => DependentSystem.findOrCreateByName(database, "billing")),
    );
    expect(new Set(made.map((row) => row.dependent_system_id)).size).toBe(1);
  });

  test("cannot be deleted while named steps or object maps refer to it, and loads both for many", async () => {
    const systems = await DependentSystem.createMany(database, [{ name: "a" }, { name: "b" }, { name: "c" }]);
    const [a, b, c] = systems.map((row) => row.dependent_system_id);
    if (a === undefined || b === undefined || c === undefined) throw new Error("three were made");
    const step = await NamedStep.create(database, { name: "s", dependent_system_id: a });
    const ids = { remote_id_one: "1", remote_id_two: "2" };
    const maps = await DependentSystemObjectMap.createMany(database, [
      { ...ids, dependent_system_one_id: a, dependent_system_two_id: b },
      { ...ids, dependent_system_one_id: b, dependent_system_two_id: b },
    ]);
    expect(await DependentSystem.loadNamedSteps(database, systems)).toEqual(
      new Map([
        [a, [step]],
        [b, []],
        [c, []],
      ]),
    );
    expect(await DependentSystem.loadObjectMaps(database, systems)).toEqual(
      new Map([
        [a, [maps[0]]],
        [b, maps],
        [c, []],
      ]),
    );
    await expect(DependentSystem.destroy(database, a)).rejects.toBeInstanceOf(RecordInUseError);
    await expect(DependentSystem.destroy(database, b)).rejects.toMatchObject({
      context: { by: expect.stringContaining("dependent_system_") },
    });
    await DependentSystem.destroy(database, c);
  });
});

describeOnPostgres("DependentSystemObjectMap", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });

  test("is found whichever object is given first, and keeps ids as text", async () => {
    const order = { system: "shop", id: 17 };
    const invoice = { system: "billing", id: "INV-1" };
    const made = await DependentSystemObjectMap.findOrCreate(database, order, invoice, AT);
    expect(made).toMatchObject({ remote_id_one: "17", remote_id_two: "INV-1", created_at: AT });
    expect(await DependentSystemObjectMap.findOrCreate(database, order, invoice)).toEqual(made);
    expect(await DependentSystemObjectMap.findOrCreate(database, invoice, order)).toEqual(made);
    const swappedIds = await DependentSystemObjectMap.findOrCreate(
      database,
      { system: "shop", id: "INV-1" },
      { system: "billing", id: 17 },
    );
    expect(swappedIds.dependent_system_object_map_id).not.toBe(made.dependent_system_object_map_id);
    const systems = await DependentSystemObjectMap.loadSystems(database, [made]);
    expect(systems.get(made.dependent_system_one_id)?.name).toBe("shop");
    expect(systems.get(made.dependent_system_two_id)?.name).toBe("billing");
  });

  test("maps two objects of one system", async () => {
    const [a, b] = [
      { system: "one", id: 1 },
      { system: "one", id: 2 },
    ] as const;
    const made = await DependentSystemObjectMap.findOrCreate(database, a, b);
    expect(await DependentSystemObjectMap.findOrCreate(database, b, a)).toEqual(made);
  });

  test("is made once, however many ask for it at the same time", async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () =>
        DependentSystemObjectMap.findOrCreate(database, { system: "x", id: 1 }, { system: "y", id: 1 }),
      ),
    );
    expect(new Set(made.map((row) => row.dependent_system_object_map_id)).size).toBe(1);
  });

  test("with a blank id is refused, and nothing is written", async () => {
    const refused = DependentSystemObjectMap.findOrCreate(
      database,
      { system: "new", id: "" },
      { system: "y", id: " " },
    );
    await expect(refused).rejects.toMatchObject({
      violations: [
        { field: "remote_id_one", value: '""', rule: "a text that is not blank" },
        { field: "remote_id_two", value: '" "', rule: "a text that is not blank" },
      ],
    });
    expect(await DependentSystem.findByName(database, "new")).toBeUndefined();
  });

  test("refuses systems that do not exist, and the same four values twice", async () => {
    const { dependent_system_id: id } = await DependentSystem.create(database, { name: "same" });
    const values = { dependent_system_one_id: id, dependent_system_two_id: id, remote_id_one: "1", remote_id_two: "2" };
    const made = await DependentSystemObjectMap.create(database, values);
    await expect(DependentSystemObjectMap.create(database, values)).rejects.toMatchObject({
      code: "TASKER_RECORD_CONFLICT",
      context: { fields: ["dependent_system_one_id", "dependent_system_two_id", "remote_id_one", "remote_id_two"] },
    });
    await expect(
      DependentSystemObjectMap.update(database, made.dependent_system_object_map_id, { dependent_system_two_id: 999 }),
    ).rejects.toMatchObject({ violations: [{ field: "dependent_system_two_id", value: "999" }] });
  });
});
