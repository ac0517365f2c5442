import type { SectionFacts } from "./option-facts.ts";

/** Options of the section `auth`. */
export const AUTH_OPTIONS: SectionFacts = {
  authentication_enabled: { says: "whether requests must say whom they come from" },
  authenticator_class: { says: "what finds out whom a request comes from" },
  current_user_method: {
    says: "a method of controllers of the host that gives the user",
    replacedBy: "an authenticator is asked once for each request; there is no controller of a host with methods",
  },
  authenticate_user_method: {
    says: "a method of controllers of the host that asks for a login",
    replacedBy: "an authenticator is asked once for each request; there is no controller of a host with methods",
  },
  authorization_enabled: { says: "whether it is checked what a user may do" },
  authorization_coordinator_class: { says: "what decides what a user may do" },
  user_class: {
    says: "the class of users of the host",
    replacedBy: "a user is what the authenticator answers; no class of users is looked up",
  },
  strategy: {
    says: "a label: none, test, custom",
    replacedBy: "`authenticator_class` alone says how users are authenticated",
  },
};
