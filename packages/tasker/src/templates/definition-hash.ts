import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { toCanonicalJson } from "./canonical-json.ts";
import type { TaskDefinition } from "./definition.ts";
import { definitionToDocument } from "./definition-document.ts";

/**
 * Identifies what a definition says: SHA-256 of its document as canonical JSON, 64 lower-case hexadecimal digits. Two
 * templates that differ only in layout, comments, key order or written-out defaults have one hash.
 */
export function hashDefinition(definition: TaskDefinition): string {
  return bytesToHex(sha256(utf8ToBytes(toCanonicalJson(definitionToDocument(definition)))));
}
