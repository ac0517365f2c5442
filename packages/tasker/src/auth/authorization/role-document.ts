import { z } from "zod";
import { filled, list, mapping } from "../../config/rules.ts";
import { patternDefect } from "./permission-pattern.ts";

const names = (expected: string) => list(filled(expected), "a list of texts");

const permissions = list(
  filled("a permission").superRefine((pattern, { addIssue }) => {
    const defect = patternDefect(pattern);
    if (defect === null) return;
    const { expected, hint } = defect;
    addIssue({ code: "custom", message: hint === undefined ? expected : `${expected} (${hint})` });
  }),
  "a list of permissions",
);

/** Shape of a file of roles. */
export const RoleDocumentSchema = mapping({
  version: z.literal(1, { error: "1" }),
  roles: z.record(
    z.string(),
    mapping({
      permissions: permissions.default([]),
      inherits: names("the name of a role").default([]),
      namespaces: names("the name of a namespace").optional(),
    }),
    { error: "a mapping from names of roles to what they may do" },
  ),
  admin_roles: names("the name of a role").default(["admin"]),
  owner: mapping({
    permissions,
    context_key: filled("the name of a key of the context of tasks").default("created_by_user_id"),
  }).optional(),
});

/** A file of roles, complete: permissions as patterns, what each inherits, the namespaces that all of it is limited to. */
export type RoleDocument = z.output<typeof RoleDocumentSchema>;
