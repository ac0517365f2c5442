import { randomBytes } from "node:crypto";
import { PermanentError, type TaskView } from "tasker";
import { z } from "zod";

const RegistrationContext = z.object({
  user_info: z.object({
    email: z.string().default(""),
    name: z.string().default(""),
    phone: z.string().optional(),
    plan: z.enum(["free", "pro", "enterprise"]).default("free"),
    referral_code: z.string().optional(),
    company: z.string().optional(),
    source: z.enum(["web", "mobile", "api"]).default("web"),
  }),
  billing_info: z.object({ payment_method: z.string().optional(), billing_address: z.string().optional() }).default({}),
  preferences: z
    .object({
      marketing_emails: z.boolean().default(false),
      product_updates: z.boolean().default(false),
      newsletter: z.boolean().default(false),
    })
    .prefault({}),
});

/** The context of a `user_registration` task. */
export type RegistrationContext = z.infer<typeof RegistrationContext>;
/** What a user has chosen to pay for. */
export type Plan = RegistrationContext["user_info"]["plan"];

/**
 * Reads who registers.
 * @throws PermanentError with code `MISSING_EMAIL`, `MISSING_NAME`, or `INVALID_REGISTRATION` for a value of the wrong type
 */
export function readRegistration(task: Pick<TaskView, "context">): RegistrationContext {
  const parsed = RegistrationContext.safeParse(task.context);
  if (!parsed.success) throw refused("INVALID_REGISTRATION", z.prettifyError(parsed.error));
  const { email, name } = parsed.data.user_info;
  if (email === "") throw refused("MISSING_EMAIL", "user_info.email is missing");
  if (name === "") throw refused("MISSING_NAME", "user_info.name is missing");
  return parsed.data;
}

function refused(errorCode: string, message: string): PermanentError {
  return new PermanentError(message, { errorCode });
}

/** Follows a registration through all services: `reg_<seconds>_<hex>`. @param now milliseconds since the epoch */
export function newCorrelationId(now: number): string {
  return `reg_${Math.floor(now / 1_000)}_${randomBytes(4).toString("hex")}`;
}
