import { z } from "zod";
import { route } from "../route.ts";

const Document = z.looseObject({ openapi: z.string() });

/** Describes this interface. */
export const getOpenApi = route({
  id: "getOpenApi",
  method: "GET",
  path: "/v1/openapi.json",
  tag: "About",
  summary: "Describe this interface in OpenAPI 3.1",
  permission: null,
  answer: Document,
});

/** Describes the reference's interface. */
export const getReferenceOpenApi = route({
  id: "getReferenceOpenApi",
  method: "GET",
  path: "/v1/openapi-reference.json",
  tag: "About",
  summary: "Describe the reference's paths in OpenAPI 3.1",
  permission: null,
  answer: Document,
});
