export { engineOptionsFrom } from "./engine-options.ts";
export { followSettings } from "./live/follow-settings.ts";
export { openSettings } from "./live/settings.ts";
