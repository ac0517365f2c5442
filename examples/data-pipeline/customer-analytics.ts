// Where the command line looks for the handlers of customer-analytics.yaml when it is not told.
export * from "./src/handlers-module.ts";
