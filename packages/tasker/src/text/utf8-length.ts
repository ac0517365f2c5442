/** Number of bytes of a text in UTF-8, without encoding it. A lone surrogate counts 3, as U+FFFD would. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // A pair is 2 units and 4 bytes: its second unit adds nothing.
    if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(place + 1))) place++;
  }
  return bytes;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
