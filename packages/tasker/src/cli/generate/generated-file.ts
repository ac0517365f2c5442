/** A file to be written: path below a directory, and text. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}
