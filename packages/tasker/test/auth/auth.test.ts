import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAuth } from "../../src/auth/auth.ts";
import type { AuthRequest } from "../../src/auth/authenticators/auth-request.ts";
import { AuthorizationCoordinator, type AuthorizationOptions } from "../../src/auth/authorization/coordinator.ts";
import type { Principal } from "../../src/auth/principal.ts";
import { isRefusal } from "../../src/auth/refusal.ts";
import { createToken } from "../../src/auth/tokens/manage-tokens.ts";
import { type AuthSettings, authConfig } from "../../src/config/auth-config.ts";
import type { Database } from "../../src/database/database.ts";
import {
  AuthenticationError,
  ConfigurationError,
  DatabaseUnavailableError,
  InvalidInterfaceError,
} from "../../src/errors/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { signToken } from "./support/jwt.ts";
import { bearing, reasonOf, request, somebody } from "./support/requests.ts";

const by = { actor: "ada", actorKind: "cli", source: "cli" } as const;
const SECRET = "a secret of more than thirty-two characters";
const JWT = { issuer: "https://issuer.example", audience: "tasker", algorithms: ["HS256"], secret: SECRET };

/** Knows whoever the header `x-name` names; keeps what it should not. */
class Named {
  readonly #allowed: unknown;
  kept: Principal | null = null;
  constructor(options: { readonly allowed?: unknown }) {
    this.#allowed = options.allowed;
  }
  async authenticate({ headers }: AuthRequest): Promise<unknown> {
    const name = String(headers["x-name"] ?? "");
    if (name === "") return null;
    if (name === "boom") throw new TypeError("the secret is hunter2");
    if (name === "nonsense") return { id: 1 };
    if (this.#allowed !== undefined && this.#allowed !== name) throw new AuthenticationError("rejected", "not you");
    this.kept ??= somebody({ id: name, name });
    await new Promise((resolve) => setImmediate(resolve));
    return name === "memo" ? this.kept : somebody({ id: name, name, roles: ["viewer"] });
  }
  validateConfiguration(): readonly string[] {
    return this.#allowed === 3 ? ["allowed is 3", "expected a name"] : [];
  }
}

class OnlyIndex extends AuthorizationCoordinator {
  readonly #action: unknown;
  constructor(principal: Principal | null, options: AuthorizationOptions & { readonly action?: unknown }) {
    super(principal, options);
    this.#action = options.action ?? "index";
  }
  protected override authorized(_resource: string, action: string): boolean {
    return action === this.#action;
  }
}

describeOnPostgres("the section auth", () => {
  let database: Database;
  let directory: string;
  beforeAll(async () => {
    database = await openTestDatabase();
    directory = mkdtempSync(join(tmpdir(), "tasker-auth-"));
    writeFileSync(
      join(directory, "staff.mjs"),
      `export class Staff { authenticate() { return { id: "staff", kind: "user", name: "staff", namespaces: "all" }; } }
       export default class { }
       export const none = 3;`,
    );
    writeFileSync(join(directory, "roles.yaml"), "version: 1\nroles:\n  ci:\n    permissions: [tasker.task:create]\n");
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await database.close();
  });

  const warnings: string[] = [];
  const open = (settings: AuthSettings, classes: Readonly<Record<string, unknown>> = { Named, OnlyIndex }) =>
    openAuth(authConfig(settings), { database, directory, classes, warn: (message) => warnings.push(message) });
  const named = (name: string) => request({ "x-name": name });
  const custom = { authentication_enabled: true, authenticator_class: "Named" } as const;

  test("authentication_enabled: without it only requests of this machine are answered", async () => {
    warnings.length = 0;
    const auth = await open({});
    expect(warnings).toHaveLength(1);
    expect((await auth.admit(request())).principal.kind).toBe("anonymous");
    const refused = await auth.authorizeRequest(request({}, { address: "192.0.2.7" }), {
      resource: "tasker.task",
      action: "index",
      on: "list",
    });
    expect(refused).toMatchObject({ status: 403, body: { error: "Forbidden" } });
    await expect(open({ authentication_enabled: true })).rejects.toThrow(
      "Authentication is enabled but no authenticator_class is specified",
    );
  });

  test("authenticator_class: names what is built in, what is registered, and exports of modules", async () => {
    const of = (authenticator_class: string, authenticator_options = {}) =>
      open({ authentication_enabled: true, authenticator_class, authenticator_options });
    expect((await (await of("./staff.mjs#Staff")).admit(request())).principal.id).toBe("staff");
    expect((await (await of("Named")).admit(named("grace"))).principal.id).toBe("grace");
    await of("tokens");
    await of("session", { same_site: "lax" });
    await of("jwt", JWT);
    await of("chain", { authenticators: [{ class: "tokens" }, { class: "jwt", options: JWT }, { class: "session" }] });
    for (const [name, message] of [
      ["Namd", 'auth.authenticator_class is "Namd", expected a name that is known'],
      ["./nothing.mjs", "the path of a module that can be imported"],
      ["./staff.mjs#Other", "a module that exports Other"],
      ["./staff.mjs#none", "a class of authenticators"],
      ["./staff.mjs", "authenticator ./staff.mjs must have the method authenticate"],
    ] as const) {
      await expect(of(name)).rejects.toThrow(message);
    }
    await expect(of("./staff.mjs")).rejects.toBeInstanceOf(InvalidInterfaceError);
    await expect(of("chain", { authenticators: [] })).rejects.toThrow("a chain needs an authenticator at least");
    await expect(of("chain", { authenticators: [{ class: "none" }] })).rejects.toThrow(
      "'none' cannot be part of a chain",
    );
  });

  test("authenticator_options: reach the authenticator", async () => {
    const auth = await open({ ...custom, authenticator_options: { allowed: "ada" } });
    expect(await reasonOf(auth.admit(named("ada")))).toBe("let in");
    expect(await reasonOf(auth.admit(named("grace")))).toBe("rejected");
    await expect(open({ ...custom, authenticator_options: { allowed: 3 } })).rejects.toThrow(
      "Authenticator configuration errors: allowed is 3, expected a name",
    );
    for (const authenticator_class of ["tokens", "session", "none", "jwt"]) {
      const wrong = open({ authentication_enabled: true, authenticator_class, authenticator_options: { cache: 1 } });
      await expect(wrong).rejects.toBeInstanceOf(ConfigurationError);
      await expect(wrong).rejects.toThrow(
        'auth.authenticator_options.cache is "[secret]", expected a key that is known',
      );
    }
  });

  test("authorization_enabled: without it everything may be done within the namespaces", async () => {
    warnings.length = 0;
    const off = (await open({ ...custom })).accessOf(somebody({ namespaces: ["payments"] }));
    expect(warnings).toEqual([expect.stringContaining("authorization is off")]);
    expect(await off.can("tasker.task", "destroy", { namespace: "payments" })).toBe(true);
    expect(await off.can("tasker.task", "destroy", { namespace: "inventory" })).toBe(false);
    expect(await off.scopeOf("tasker.task")).toEqual(["payments"]);
    const on = (await open({ ...custom, authorization_enabled: true })).accessOf(somebody());
    expect(warnings).toHaveLength(1);
    expect(await on.can("tasker.task", "index")).toBe(false);
  });

  test("authorization_coordinator_class: names a class that decides", async () => {
    const settings = { ...custom, authorization_enabled: true, authorization_coordinator_class: "OnlyIndex" } as const;
    const access = (await open(settings)).accessOf(somebody({ namespaces: ["payments"] }));
    expect(await access.can("tasker.task", "index", { namespace: "payments" })).toBe(true);
    expect(await access.can("tasker.task", "index", { namespace: "inventory" })).toBe(false);
    expect(await access.can("tasker.task", "show", { namespace: "payments" })).toBe(false);
    expect(await access.scopeOf("tasker.task", "index")).toEqual(["payments"]);
    expect(await access.scopeOf("tasker.task", "show")).toEqual([]);
    await expect(open({ ...settings, authorization_coordinator_class: "Named" })).rejects.toThrow(
      "a class that extends AuthorizationCoordinator",
    );
    await expect(open({ ...settings, authorization_coordinator_class: "Missing" })).rejects.toThrow(
      "a name that is known",
    );
    const base = new AuthorizationCoordinator(somebody({ roles: ["admin"] }));
    expect(await base.can("tasker.task", "index")).toBe(false);
  });

  test("authorization_options: reach the coordinator", async () => {
    const auth = await open({
      ...custom,
      authorization_enabled: true,
      authorization_coordinator_class: "OnlyIndex",
      authorization_options: { action: "show" },
    });
    expect(await auth.accessOf(somebody()).permittedActions("tasker.task")).toEqual(["show"]);
  });

  test("role_file: says what roles give", async () => {
    const settings = { ...custom, authorization_enabled: true } as const;
    const roles = ["ci", "viewer"];
    const withFile = (await open({ ...settings, role_file: "roles.yaml" })).accessOf(somebody({ roles }));
    expect(await withFile.permittedActions("tasker.task")).toEqual(["create"]);
    const without = (await open(settings)).accessOf(somebody({ roles }));
    expect(await without.permittedActions("tasker.task")).toEqual(["index", "show"]);
    await expect(open({ ...settings, role_file: "nothing.yaml" })).rejects.toThrow("'nothing.yaml' cannot be read");
  });

  test("two users one after the other, and many at once, never are each other", async () => {
    const { secret: first } = await createToken(database, { name: "ada", roles: ["viewer"] }, by);
    const { secret: second } = await createToken(database, { name: "grace", roles: ["operator"] }, by);
    const now = Date.now();
    const jwtOf = (sub: string) => signToken(Buffer.from(SECRET), now, { claims: { sub, namespaces: [sub] } });
    const auth = await open({
      authentication_enabled: true,
      authenticator_class: "chain",
      authenticator_options: {
        authenticators: [{ class: "tokens" }, { class: "jwt", options: JWT }, { class: "session" }, { class: "Named" }],
      },
    });
    const asked: [string, AuthRequest][] = [
      ["ada", bearing(first)],
      ["grace", bearing(second)],
      ["mary", bearing(await jwtOf("mary"))],
      ["edith", bearing(await jwtOf("edith"))],
      ["joan", named("joan")],
      ["betty", named("betty")],
    ];
    for (const [name, each] of [...asked, ...asked]) expect((await auth.admit(each)).principal.name).toBe(name);
    const many = Array.from({ length: 300 }, (_, at) => asked[(at * 7) % asked.length] ?? asked[0]);
    const answers = await Promise.all(
      many.map(async (each) => (each ? (await auth.admit(each[1])).principal.name : "")),
    );
    expect(answers).toEqual(many.map((each) => each?.[0]));
    // A bad credential is not passed on to the next, and what came before lets nobody in.
    expect(await reasonOf(auth.admit(request({ authorization: `Bearer ${first}x`, "x-name": "joan" })))).toBe("let in");
    const wrong = `${first.slice(0, -1)}${first.endsWith("A") ? "B" : "A"}`;
    expect(await reasonOf(auth.admit(request({ authorization: `Bearer ${wrong}`, "x-name": "joan" })))).toBe("unknown");
    expect(await reasonOf(auth.admit(request()))).toBe("missing");
  });

  test("a request is answered by status, code and body of what refuses it, and told nothing of what goes wrong inside", async () => {
    const auth = await open({ ...custom, authorization_enabled: true });
    const answer = (name: string, action: string) =>
      auth.authorizeRequest(named(name), { resource: "tasker.task", action, on: { namespace: "payments" } });
    const admitted = await answer("ada", "index");
    expect(isRefusal(admitted)).toBe(false);
    expect(admitted).toMatchObject({ principal: { id: "ada" } });
    expect(await answer("", "index")).toEqual({
      status: 401,
      code: "TASKER_AUTHENTICATION",
      body: { error: "Unauthorized", message: "the request has no credentials that are known here" },
      headers: { "www-authenticate": "Bearer" },
    });
    expect(await answer("ada", "destroy")).toEqual({
      status: 403,
      code: "TASKER_FORBIDDEN",
      body: { error: "Forbidden", message: "Not authorized to destroy on tasker.task" },
      headers: {},
    });
    expect(await answer("ada", "unknown")).toMatchObject({ status: 403 });
    warnings.length = 0;
    for (const name of ["boom", "nonsense"]) {
      const refused = await answer(name, "index");
      expect(refused).toMatchObject({ status: 500, body: { error: "Authentication Interface Error" } });
      expect(JSON.stringify(refused)).not.toContain("hunter2");
    }
    expect(warnings).toHaveLength(2);
    expect(auth.refusalOf(new DatabaseUnavailableError("away"))).toMatchObject({ status: 503 });
    expect(auth.refusalOf(new AuthenticationError("unavailable", "later"))).toMatchObject({ status: 503 });
    expect(auth.refusalOf(new ConfigurationError("the secret is hunter2")).body.message).not.toContain("hunter2");
  });
});
