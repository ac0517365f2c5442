import {
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { listSize, type Variables } from "./list-size.ts";

/** How much an operation asks for. */
export interface Measure {
  /** Fields below one another, at the deepest place; those of introspection apart. */
  readonly depth: number;
  /**
   * Values that the answer has if every list is as long as its page may be, and what fields say that they cost besides. Never more than
   * {@link MOST_COST}.
   */
  readonly cost: number;
}

/** Where counting ends: sums of it stay exact. */
const MOST_COST = 1e12;
/** Values that a field of introspection is taken to give: about as many as the schema has fields. */
const INTROSPECTION_SIZE = 150;
const NOTHING: Measure = { depth: 0, cost: 0 };

/** What measuring an operation needs to know. */
export interface MeasuredOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  /** The fragments of the document by their names; none of them contains itself. */
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Variables;
}

/**
 * Measures an operation without executing it. Each fragment is looked at once for each size of pages around it, so that
 * fragments which multiply each other take no longer than others.
 */
export function measureOperation({ schema, operation, fragments, variables }: MeasuredOperation): Measure {
  const known = new Map<string, Measure>();
  const root = schema.getRootType(operation.operation);
  return ofSelections(operation.selectionSet, root ?? undefined, 1);

  function ofSelections(set: SelectionSetNode, parent: GraphQLNamedType | undefined, page: number): Measure {
    return set.selections.reduce<Measure>((sum, selection) => {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (name.startsWith("__")) return add(sum, { depth: 1, cost: introspectionCost(selection.selectionSet) });
        const field = fieldOf(parent, name);
        const own = costOf(field);
        if (selection.selectionSet === undefined) return add(sum, { depth: 1, cost: own });
        const size = field === undefined ? 1 : isListOf(field) ? listSize(selection, field, variables, page) : 1;
        const within = field?.args.some(({ name: argument }) => argument === "first")
          ? listSize(selection, field, variables, page)
          : page;
        const type = field === undefined ? undefined : getNamedType(field.type);
        const inner = ofSelections(selection.selectionSet, type, within);
        return add(sum, { depth: inner.depth + 1, cost: own + size * inner.cost });
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type =
          selection.typeCondition === undefined ? parent : schema.getType(selection.typeCondition.name.value);
        return add(sum, ofSelections(selection.selectionSet, type, page));
      }
      return add(sum, ofFragment(selection.name.value, page));
    }, NOTHING);
  }

  function ofFragment(name: string, page: number): Measure {
    const key = `${page} ${name}`;
    const done = known.get(key);
    const fragment = fragments.get(name);
    if (done !== undefined || fragment === undefined) return done ?? NOTHING;
    const type = schema.getType(fragment.typeCondition.name.value);
    const measure = ofSelections(fragment.selectionSet, type, page);
    known.set(key, measure);
    return measure;
  }

  function introspectionCost(set: SelectionSetNode | undefined): number {
    if (set === undefined) return 1;
    return INTROSPECTION_SIZE * countFields(set);
  }

  function countFields(set: SelectionSetNode): number {
    return set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return sum + countOfFragment(selection.name.value);
      const inner = selection.selectionSet === undefined ? 0 : countFields(selection.selectionSet);
      return Math.min(MOST_COST, sum + inner + (selection.kind === Kind.FIELD ? 1 : 0));
    }, 0);
  }

  function countOfFragment(name: string): number {
    const key = `introspection ${name}`;
    const done = known.get(key);
    const fragment = fragments.get(name);
    if (done !== undefined || fragment === undefined) return done?.cost ?? 0;
    const cost = countFields(fragment.selectionSet);
    known.set(key, { depth: 0, cost });
    return cost;
  }
}

function add(a: Measure, b: Measure): Measure {
  return { depth: Math.max(a.depth, b.depth), cost: Math.min(MOST_COST, a.cost + b.cost) };
}

function fieldOf(parent: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

function costOf(field: GraphQLField<unknown, unknown> | undefined): number {
  const cost = field?.extensions.cost;
  return typeof cost === "number" ? cost : 1;
}

function isListOf({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
