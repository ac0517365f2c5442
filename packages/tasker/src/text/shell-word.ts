/** A word as a POSIX shell takes it: quoted if it holds anything but letters, digits and harmless signs. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
