import type { OperatorNote } from "../../actions/check-request.ts";
import type { Route } from "../../api/route.ts";
import { type Call, noteOf } from "../http/call.ts";

/** Who acts; the interface of the reference asks nobody why. */
export function interfaceNote(call: Pick<Call<Route>, "principal" | "request">): OperatorNote {
  return noteOf(call, "asked for at a path of the reference");
}
