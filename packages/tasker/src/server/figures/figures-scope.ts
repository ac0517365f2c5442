import type { Route } from "../../api/route.ts";
import type { NamespaceScope } from "../../auth/principal.ts";
import type { Call } from "../http/call.ts";

/**
 * The namespaces of which figures are told: all, where they are open to everybody.
 * @throws AuthenticationError, AuthorizationError
 */
export async function figuresScope(
  { identify, parts }: Pick<Call<Route>, "identify" | "parts">,
  resource: "tasker.metrics" | "tasker.analytics",
): Promise<NamespaceScope> {
  if (!parts.areMetricsClosed) return "all";
  const { access } = await identify();
  return access.authorizeList(resource, "index");
}
