import { DatabaseStatementError, DatabaseUnavailableError } from "tasker";

/** Asks the database; null if it is away, or ended the session in the middle of the question. */
export async function whileAway<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DatabaseUnavailableError || error instanceof DatabaseStatementError) return null;
    throw error;
  }
}
