// Where the command line looks for the handlers of process-order.yaml when it is not told.
export * from "./src/handlers-module.ts";
