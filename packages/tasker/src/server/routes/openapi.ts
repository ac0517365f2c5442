import { getOpenApi, getReferenceOpenApi } from "../../api/routes/openapi.ts";
import { apiDocument, referenceDocument } from "../../openapi/documents.ts";
import { implement } from "../http/call.ts";
import { fixedAnswer, fixedReply } from "../http/fixed-answer.ts";

const ours = fixedAnswer(apiDocument);
const reference = fixedAnswer(referenceDocument);

/** Describes this interface. */
export const openApi = implement(getOpenApi, async ({ request }) => fixedReply(ours(), request.headers));

/** Describes the reference's interface. */
export const referenceOpenApi = implement(getReferenceOpenApi, async ({ request }) =>
  fixedReply(reference(), request.headers),
);
