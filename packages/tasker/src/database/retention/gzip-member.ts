import { promisify } from "node:util";
import { crc32, deflateRaw, inflateRawSync } from "node:zlib";

const compress = promisify(deflateRaw);

/** Bytes of a member before its data: the fixed header, the length of the extra field, and the extra field. */
const HEADER_BYTES = 20;
/** Bytes after the data: checksum and length. */
const TRAILER_BYTES = 8;
/** Magic number, method deflate, extra field present, no time, no hints, no system; 8 bytes of extra field: TK, 4 bytes. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 8, 0, 0x54, 0x4b, 4, 0]);

/**
 * Packs bytes as one member of a gzip file. Members can be strung together, and every gzip reader reads the string of them.
 * The extra field says how long the member is, so that the end of a file can be found without unpacking it.
 * @see RFC 1952, sections 2.2 and 2.3.1.1
 */
export async function packMember(content: Buffer): Promise<Buffer> {
  const data = await compress(content);
  const member = Buffer.alloc(HEADER_BYTES + data.length + TRAILER_BYTES);
  HEADER.copy(member);
  member.writeUInt32LE(member.length, HEADER.length);
  data.copy(member, HEADER_BYTES);
  member.writeUInt32LE(crc32(content), member.length - TRAILER_BYTES);
  member.writeUInt32LE(content.length, member.length - TRAILER_BYTES + 4);
  return member;
}

/** Length in bytes of the header that {@link memberLength} reads. */
export const MEMBER_HEADER_BYTES = HEADER_BYTES;

/** The length of the member that begins with this header; null if it is none of ours. */
export function memberLength(header: Buffer): number | null {
  if (header.length < HEADER_BYTES || !header.subarray(0, HEADER.length).equals(HEADER)) return null;
  const length = header.readUInt32LE(HEADER.length);
  return length > HEADER_BYTES + TRAILER_BYTES ? length : null;
}

/** Whether a member is whole: its data can be unpacked and has the checksum that stands behind it. */
export function isWholeMember(member: Buffer): boolean {
  try {
    const content = inflateRawSync(member.subarray(HEADER_BYTES, -TRAILER_BYTES));
    return crc32(content) === member.readUInt32LE(member.length - TRAILER_BYTES);
  } catch {
    return false;
  }
}
