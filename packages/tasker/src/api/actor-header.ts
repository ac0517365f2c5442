/** Header by which a caller on the server's machine says for whom it acts. Read of local calls alone: others could claim anything. */
export const ACTOR_HEADER = "x-tasker-actor";
