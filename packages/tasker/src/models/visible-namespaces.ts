/** The namespaces of which somebody may see something: all of them, or those of these names. */
export type VisibleNamespaces = "all" | readonly string[];
