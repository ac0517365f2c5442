import type { JsonObject } from "tasker";
import { Records, type Service, type ServiceAnswer, type ServiceRequest } from "./service.ts";

const missing = (field: string): ServiceAnswer => ({ status: 400, body: { error: `${field} is missing` } });
const text = (body: JsonObject, field: string): string => (typeof body[field] === "string" ? body[field] : "");

/** Accounts by mail address. */
export class UserService implements Service {
  readonly users = new Records<JsonObject>("user");

  answer({ method, path, query, body }: ServiceRequest): ServiceAnswer {
    if (method === "POST") return this.#create(body);
    if (method === "GET") return this.#find(query.get("email") ?? "");
    return this.#update(path[0] ?? "", body);
  }

  #create(body: JsonObject): ServiceAnswer {
    const email = text(body, "email");
    if (email === "" || !email.includes("@")) return missing("email");
    if (this.users.get(email) !== undefined) return { status: 409, body: { error: "the address is taken" } };
    const { id } = this.users.put(email, { ...body, status: "pending" });
    return { status: 201, body: { user_id: id, email } };
  }

  #find(email: string): ServiceAnswer {
    const user = this.users.get(email);
    if (user === undefined) return { status: 404 };
    return { status: 200, body: { ...user, user_id: user.id } };
  }

  #update(id: string, body: JsonObject): ServiceAnswer {
    const user = this.users.all.find((candidate) => candidate.id === id);
    if (user === undefined) return { status: 404, body: { error: "no such user" } };
    const { status } = this.users.put(text(user, "email"), { ...user, ...body });
    return { status: 200, body: { user_id: id, status: status ?? null } };
  }
}

/** Profiles by user. A plan that costs something needs something to pay it with. */
export class BillingService implements Service {
  readonly profiles = new Records<JsonObject>("profile");

  answer({ body }: ServiceRequest): ServiceAnswer {
    const user = text(body, "user_id");
    if (user === "") return missing("user_id");
    if (body.plan !== "free" && text(body, "payment_method") === "") return { status: 402 };
    const known = this.profiles.get(user);
    const { id, plan } = known ?? this.profiles.put(user, body);
    return { status: known === undefined ? 201 : 409, body: { profile_id: id, plan: plan ?? null } };
  }
}

/** Preferences by user. */
export class PreferencesService implements Service {
  readonly preferences = new Records<JsonObject>("preferences");

  answer({ body }: ServiceRequest): ServiceAnswer {
    const user = text(body, "user_id");
    if (user === "") return missing("user_id");
    const known = this.preferences.get(user);
    const { id } = known ?? this.preferences.put(user, body);
    return { status: known === undefined ? 201 : 409, body: { preferences_id: id } };
  }
}

/** Calls of one user that the notification service takes in a minute. */
const CALLS_A_MINUTE = 10;

/** Sequences of mails by idempotency key; ten calls of a user a minute, no more. */
export class NotificationService implements Service {
  readonly sequences = new Records<JsonObject>("sequence");
  readonly #now: () => number;
  readonly #calls = new Map<string, number[]>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  answer({ body }: ServiceRequest): ServiceAnswer {
    const user = text(body, "user_id");
    const key = text(body, "idempotency_key");
    if (user === "" || key === "") return missing(user === "" ? "user_id" : "idempotency_key");
    const seconds = this.#secondsToWait(user);
    if (seconds > 0) return { status: 429, headers: { "retry-after": String(seconds) } };
    const { id } = this.sequences.get(key) ?? this.sequences.put(key, body);
    const mails = Array.isArray(body.mails) ? body.mails : [];
    return { status: 201, body: { sequence_id: id, email_ids: mails.map((_, place) => `${id}_mail_${place + 1}`) } };
  }

  #secondsToWait(user: string): number {
    const now = this.#now();
    const recent = (this.#calls.get(user) ?? []).filter((at) => at > now - 60_000);
    const [oldest] = recent;
    if (recent.length >= CALLS_A_MINUTE && oldest !== undefined) return Math.ceil((oldest + 60_000 - now) / 1_000);
    this.#calls.set(user, [...recent, now]);
    return 0;
  }
}
