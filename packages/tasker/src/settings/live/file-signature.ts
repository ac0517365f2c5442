import { stat } from "node:fs/promises";

/** A text that differs when one of the files has been written, made or removed. */
export async function fileSignature(files: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    files.map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => null);
      return found === null ? "-" : `${found.ino}.${found.size}.${found.mtimeNs}`;
    }),
  );
  return parts.join(" ");
}
