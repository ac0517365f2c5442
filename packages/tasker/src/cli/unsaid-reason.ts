/** Why, where somebody does not say it: the audit log wants to know. */
export const UNSAID_REASON = "by hand, at the command line";
