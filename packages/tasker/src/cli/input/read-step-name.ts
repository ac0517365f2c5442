/** A step as an argument names it: by its name, or as `#12` by its id. */
export function readStepName(argument: string): string | number {
  return /^#\d{1,15}$/.test(argument) ? Number(argument.slice(1)) : argument;
}
