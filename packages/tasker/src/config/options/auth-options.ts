import type { SectionFacts } from "./option-facts.ts";

/** Options of the section `auth`. */
export const AUTH_OPTIONS: SectionFacts = {
  authentication_enabled: {
    says: "whether requests must say whom they come from",
    reader: "auth/auth.ts",
    test: ["auth/auth.test.ts", "authentication_enabled: without it only requests of this machine are answered"],
  },
  authenticator_class: {
    says: "what finds out whom a request comes from: none, tokens, jwt, session, chain, or a class",
    reader: "auth/auth.ts",
    test: [
      "auth/auth.test.ts",
      "authenticator_class: names what is built in, what is registered, and exports of modules",
    ],
  },
  current_user_method: {
    says: "a method of controllers of the host that gives the user",
    replacedBy: "an authenticator is asked once for each request; there is no controller of a host with methods",
  },
  authenticate_user_method: {
    says: "a method of controllers of the host that asks for a login",
    replacedBy: "an authenticator is asked once for each request; there is no controller of a host with methods",
  },
  authorization_enabled: {
    says: "whether it is checked what a user may do",
    reader: "auth/authorization/make-coordinators.ts",
    test: ["auth/auth.test.ts", "authorization_enabled: without it everything may be done within the namespaces"],
  },
  authorization_coordinator_class: {
    says: "what decides what a user may do",
    reader: "auth/authorization/make-coordinators.ts",
    test: ["auth/auth.test.ts", "authorization_coordinator_class: names a class that decides"],
  },
  user_class: {
    says: "the class of users of the host",
    replacedBy: "a user is what the authenticator answers; no class of users is looked up",
  },
  strategy: {
    says: "a label: none, test, custom",
    replacedBy: "`authenticator_class` alone says how users are authenticated",
  },
  authenticator_options: {
    says: "what the authenticator is made with",
    own: true,
    secret: true,
    reader: "auth/auth.ts",
    test: ["auth/auth.test.ts", "authenticator_options: reach the authenticator"],
  },
  authorization_options: {
    says: "what the coordinator of your own is made with",
    own: true,
    reader: "auth/authorization/make-coordinators.ts",
    test: ["auth/auth.test.ts", "authorization_options: reach the coordinator"],
  },
  role_file: {
    says: "the file of roles; without one there are viewer, operator and admin",
    own: true,
    reader: "auth/auth.ts",
    test: ["auth/auth.test.ts", "role_file: says what roles give"],
  },
  max_failed_attempts: {
    says: "attempts at authentication that may fail in a window, from one address or for one token; null: any number",
    own: true,
    reader: "auth/auth.ts",
    test: ["auth/failed-attempts.test.ts", "max_failed_attempts is after how many attempts an address is refused"],
  },
  failed_attempts_window_seconds: {
    says: "length of such a window",
    unit: "seconds",
    own: true,
    reader: "auth/auth.ts",
    test: ["auth/failed-attempts.test.ts", "failed_attempts_window_seconds is for how long they are refused"],
  },
};
