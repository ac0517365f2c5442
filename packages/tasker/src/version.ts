/** This release. A test compares it with the package's manifest. */
export const VERSION = "0.1.0";
