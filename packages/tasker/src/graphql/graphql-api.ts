import { setImmediate } from "node:timers/promises";
import {
  type DocumentNode,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from "graphql";
import { QueryLimitError } from "../errors/index.ts";
import { checkTexts } from "./check-texts.ts";
import type { Caller } from "./context.ts";
import { formatError } from "./errors/format-error.ts";
import { type Execution, executeOperation, type Operation } from "./execute-operation.ts";
import { checkDocument, refuseMore } from "./limits/check-document.ts";
import { checkLimits, type GraphqlLimits } from "./limits/limits.ts";
import { measureOperation } from "./limits/measure-operation.ts";
import { QueryBudget } from "./limits/query-budget.ts";
import type { GraphqlParts } from "./parts.ts";
import { makeTaskerSchema } from "./schema/tasker-schema.ts";
import { type AnswerStream, subscribeOperation } from "./subscribe-operation.ts";

/** How the API is offered. */
export interface GraphqlOptions {
  /** Limits that differ from their defaults, see {@link GraphqlLimits}. */
  readonly limits?: Partial<GraphqlLimits>;
  /** Whether clients may ask for the schema. Default: true. */
  readonly introspection?: boolean;
}

/** An operation as a client sends it. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  /** Which operation of the document, if it has several. */
  readonly operationName?: string | null | undefined;
}

/** An operation that may be executed. */
interface Accepted extends Operation {
  readonly type: OperationTypeNode;
}

/** How an operation is accepted. */
interface Acceptance {
  readonly isReadOnly: boolean;
  /** Of the request that it is part of. */
  readonly budget: QueryBudget;
}

/** The GraphQL API: takes operations and gives answers. Knows nothing of HTTP, and keeps nothing of requests. */
export class GraphqlApi {
  readonly schema: GraphQLSchema;
  readonly limits: GraphqlLimits;
  readonly #execution: Execution;
  readonly #rules: readonly ValidationRule[];

  /** @throws ConfigurationError for a limit that is none */
  constructor(parts: GraphqlParts, options: GraphqlOptions = {}) {
    this.schema = makeTaskerSchema();
    this.limits = checkLimits(options.limits);
    this.#execution = { schema: this.schema, parts, limits: this.limits };
    const introspection = options.introspection ?? true;
    this.#rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /**
   * Executes a query or a mutation. Never throws: what is wrong is told as errors of the answer.
   * @param isReadOnly refuses mutations, which no request may make that only reads, such as GET
   */
  execute(request: GraphqlRequest, caller: Caller, isReadOnly = false): Promise<FormattedExecutionResult> {
    return this.#execute(request, caller, { isReadOnly, budget: this.#budgetOf(caller) });
  }

  /** Executes queries and mutations one after the other. Never throws. What one may ask for at most is for all of them together. */
  async executeAll(requests: readonly GraphqlRequest[], caller: Caller): Promise<FormattedExecutionResult[]> {
    const budget = this.#budgetOf(caller);
    const answers: FormattedExecutionResult[] = [];
    for (const request of requests) {
      // Other requests come in between.
      await setImmediate();
      answers.push(await this.#execute(request, caller, { isReadOnly: false, budget }));
    }
    return answers;
  }

  async #execute(request: GraphqlRequest, caller: Caller, how: Acceptance): Promise<FormattedExecutionResult> {
    try {
      const { type, ...operation } = this.#accept(request, how);
      if (type === OperationTypeNode.SUBSCRIPTION) throw refusal("a subscription needs a stream of events");
      return await executeOperation(this.#execution, operation, caller, undefined, how.budget);
    } catch (error) {
      return this.#answerTo(error, caller);
    }
  }

  #budgetOf({ signal }: Caller): QueryBudget {
    return new QueryBudget(this.limits, signal);
  }

  /**
   * Opens a subscription, or executes a query or a mutation. Never throws, and neither do the answers.
   * @param isReadOnly as of {@link GraphqlApi.execute}
   */
  async subscribe(
    request: GraphqlRequest,
    caller: Caller,
    isReadOnly = false,
  ): Promise<AnswerStream | FormattedExecutionResult> {
    try {
      const { type, ...operation } = this.#accept(request, { isReadOnly, budget: this.#budgetOf(caller) });
      if (type !== OperationTypeNode.SUBSCRIPTION) return await executeOperation(this.#execution, operation, caller);
      return await subscribeOperation(this.#execution, operation, caller);
    } catch (error) {
      return this.#answerTo(error, caller);
    }
  }

  #answerTo(error: unknown, { requestId }: Caller): FormattedExecutionResult {
    const errors = error instanceof RefusedRequest ? error.errors : [error];
    return { errors: errors.map((one) => formatError(one, requestId, this.#execution.parts.log)) };
  }

  /** Parses, measures and validates, in this order: what is dear is done to what is known to be small. */
  #accept({ query, variables, operationName }: GraphqlRequest, { isReadOnly, budget }: Acceptance): Accepted {
    budget.checkWanted();
    const document = this.#parse(query);
    const fragments = checkDocument(document, this.limits);
    const operation = getOperationAST(document, operationName);
    if (operation == null)
      throw refusal(
        operationName == null
          ? "the request names no operation, and the document has not one"
          : `the document has no operation ${operationName}`,
      );
    if (isReadOnly && operation.operation === OperationTypeNode.MUTATION) {
      throw refusal("a mutation needs a POST request");
    }
    const { depth, cost } = measureOperation({ schema: this.schema, operation, fragments, variables: variables ?? {} });
    refuseMore("maxDepth", depth, this.limits, "levels of fields");
    budget.spend(cost);
    checkTexts(document, variables ?? {});
    const errors = validate(this.schema, document, this.#rules, { maxErrors: 20 });
    if (errors.length > 0)
      throw new RefusedRequest(errors.map((error) => withCode(error, "GRAPHQL_VALIDATION_FAILED")));
    return { document, variables, operationName, type: operation.operation };
  }

  #parse(query: string): DocumentNode {
    const { maxTokens } = this.limits;
    try {
      return parse(query, { maxTokens });
    } catch (error) {
      const isTooDeep = error instanceof RangeError;
      if (error instanceof GraphQLError && !TOO_MANY_TOKENS.test(error.message)) {
        throw new RefusedRequest([withCode(error, "GRAPHQL_PARSE_FAILED")]);
      }
      if (!isTooDeep && !(error instanceof GraphQLError)) throw error;
      const what = isTooDeep ? "is nested too deeply" : `has more than ${maxTokens} tokens`;
      throw new QueryLimitError(`the document ${what}`, { context: { limit: "maxTokens", allowed: maxTokens } });
    }
  }
}

/** How the parser says that it met more tokens than it may. */
const TOO_MANY_TOKENS = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

/** A request that is not executed, with everything that is wrong with it. */
class RefusedRequest extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super("the request was refused");
    this.errors = errors;
  }
}

function refusal(message: string): RefusedRequest {
  return new RefusedRequest([new GraphQLError(message, { extensions: { code: "BAD_REQUEST" } })]);
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { code } });
}
