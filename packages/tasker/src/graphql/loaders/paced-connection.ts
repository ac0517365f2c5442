import type { Connection } from "../../database/database.ts";
import type { QueryBudget } from "../limits/query-budget.ts";

/** Statements of one operation that are under way at the same time: others have requests, too. */
const AT_ONCE = 4;

/** The same connection, on which an operation has some statements at a time, and sends none once nobody waits for its answer. */
export function pacedConnection(connection: Connection, budget: QueryBudget): Connection {
  const waiting: (() => void)[] = [];
  let free = AT_ONCE;
  const inTurn = async <T>(send: () => Promise<T>): Promise<T> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      budget.checkWanted();
      return await send();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
  return {
    run: (statement, parameters) => inTurn(() => connection.run(statement, parameters)),
    execute: (sql) => inTurn(() => connection.execute(sql)),
    query: (sql, parameters) => inTurn(() => connection.query(sql, parameters)),
  };
}
