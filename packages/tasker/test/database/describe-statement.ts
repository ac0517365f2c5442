import type pg from "pg";

/** What PostgreSQL says about a statement that it has parsed but not run. */
export interface StatementDescription {
  /** Object ids of the parameters' types. */
  readonly parameters: readonly number[];
  readonly columns: readonly DescribedColumn[];
}

/** A column of a result. */
export interface DescribedColumn {
  readonly name: string;
  /** Object id of its type. */
  readonly dataTypeID: number;
  /** Table and column number that it is taken from unchanged; 0 if it is computed. */
  readonly tableID: number;
  readonly columnID: number;
}

/** Has the server parse and plan a statement, without running it. Rejects if it is refused. */
export function describeStatement(client: pg.Client, text: string): Promise<StatementDescription> {
  return new Promise((resolve, reject) => {
    let parameters: readonly number[] = [];
    let columns: readonly DescribedColumn[] = [];
    let refusal: Error | undefined;
    const takeParameters = (message: { dataTypeIDs: number[] }) => {
      parameters = message.dataTypeIDs;
    };
    client.query({
      submit(connection: pg.Connection) {
        connection.on("parameterDescription", takeParameters);
        connection.parse({ name: "", text, types: [] }, true);
        connection.describe({ type: "S", name: "" }, true);
        connection.sync();
      },
      handleRowDescription(message: { fields: DescribedColumn[] }) {
        columns = message.fields;
      },
      handleError(error: Error, connection: pg.Connection) {
        refusal = error;
        connection.off("parameterDescription", takeParameters);
        reject(refusal);
      },
      handleReadyForQuery(connection: pg.Connection) {
        connection.off("parameterDescription", takeParameters);
        if (refusal === undefined) resolve({ parameters, columns });
      },
    });
  });
}
