import { getOpenApi, getReferenceOpenApi } from "../../api/routes/openapi.ts";
import { apiDocument, referenceDocument } from "../../openapi/documents.ts";
import { implement } from "../http/call.ts";

/** Describes this interface. */
export const openApi = implement(getOpenApi, async () => ({ answer: { openapi: "3.1.0", ...apiDocument() } }));

/** Describes the reference's interface. */
export const referenceOpenApi = implement(getReferenceOpenApi, async () => ({
  answer: { openapi: "3.1.0", ...referenceDocument() },
}));
