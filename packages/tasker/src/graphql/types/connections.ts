import { COUNT_COST } from "../limits/costs.ts";
import type { TaskConnection } from "../loaders/task-pages.ts";
import type { Connection, PageInfo } from "../relay/connection.ts";
import { type ObjectModule, objectType, type SchemaModule } from "../schema/schema-module.ts";

/** What lies around a page. */
export const pageInfoType = objectType<PageInfo>({
  type: "PageInfo",
  sdl: `
    """What lies around a page."""
    type PageInfo {
      hasNextPage: Boolean!
      """Whether the page is not the first one."""
      hasPreviousPage: Boolean!
      startCursor: String
      endCursor: String
    }`,
  fields: {
    hasNextPage: (page) => page.hasNextPage,
    hasPreviousPage: (page) => page.hasPreviousPage,
    startCursor: (page) => page.startCursor,
    endCursor: (page) => page.endCursor,
  },
});

type Counted = Readonly<Record<string, (page: Partial<TaskConnection>) => unknown>>;

/** How entries of all pages are counted. */
interface Counting extends Pick<ObjectModule, "costs"> {
  readonly sdl: string;
  readonly fields: Counted;
}

const NOT_COUNTED: Counting = { sdl: "", fields: {} };

/** A page of objects of a type, and an entry of it. */
function connectionTypes(node: string, counted: Counting = NOT_COUNTED) {
  return [
    objectType<Connection<unknown> & Partial<TaskConnection>>({
      type: `${node}Connection`,
      sdl: `
        """A page of a list."""
        type ${node}Connection {
          edges: [${node}Edge!]!
          nodes: [${node}!]!
          pageInfo: PageInfo!
          ${counted.sdl}
        }`,
      fields: {
        edges: ({ edges }) => edges,
        nodes: ({ nodes }) => nodes,
        pageInfo: ({ pageInfo }) => pageInfo,
        ...counted.fields,
      },
      costs: counted.costs,
    }),
    objectType<Connection<unknown>["edges"][number]>({
      type: `${node}Edge`,
      sdl: `
        """An entry of a page."""
        type ${node}Edge {
          cursor: String!
          node: ${node}!
        }`,
      fields: { cursor: ({ cursor }) => cursor, node: ({ node: entry }) => entry },
    }),
  ];
}

/** Pages of tasks and of steps. */
export const connectionModules: readonly SchemaModule[] = [
  pageInfoType,
  ...connectionTypes("Task", {
    sdl: `"""How many tasks the filter fits, of all pages. Takes as long as looking at each."""\ntotalCount: BigInt`,
    fields: { totalCount: ({ count }) => count?.() },
    costs: { totalCount: COUNT_COST },
  }),
  ...connectionTypes("WorkflowStep"),
];
