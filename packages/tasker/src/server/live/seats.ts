import { TooManyRequestsError } from "../../errors/index.ts";

/** After how many seconds somebody who was refused may ask again. */
const RETRY_SECONDS = 10;

/** Counts clients that stay, in total and of each principal. */
export class Seats {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(most: number, mostOfOne: number) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
  }

  /**
   * Takes a seat.
   * @param principal null: of nobody in particular
   * @returns gives it back
   * @throws TooManyRequestsError if there is none
   */
  take(principal: string | null): () => void {
    const ofOne = principal === null ? 0 : (this.#taken.get(principal) ?? 0);
    if (this.#total >= this.#most || ofOne >= this.#mostOfOne) {
      const limit = this.#total >= this.#most ? `${this.#most} clients` : `${this.#mostOfOne} connections of one`;
      throw new TooManyRequestsError(`more than ${limit} would watch at the same time`, RETRY_SECONDS);
    }
    this.#total += 1;
    if (principal !== null) this.#taken.set(principal, ofOne + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#total -= 1;
      if (principal === null) return;
      const left = (this.#taken.get(principal) ?? 1) - 1;
      if (left > 0) this.#taken.set(principal, left);
      else this.#taken.delete(principal);
    };
  }
}
