/** Headers of answers that are of no use later: nobody on the way keeps them. */
export const NO_CACHE = { "cache-control": "no-cache, no-store, must-revalidate", pragma: "no-cache", expires: "0" };
