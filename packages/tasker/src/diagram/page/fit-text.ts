const NARROW = /[iljtfrI.,:;!|'`()[\]{} /\\-]/;
const BROAD = /[mwMW@%—]/;
const FULL = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]|\p{Emoji_Presentation}/u;
const UPPER = /[\p{Lu}\p{Nd}_+=<>~&#$?]/u;

/** Width of a character in a usual sans-serif face, relative to the size of the font; rather too much than too little. */
function characterWidth(character: string): number {
  if (FULL.test(character)) return 1.05;
  if (BROAD.test(character)) return 0.95;
  if (NARROW.test(character)) return 0.37;
  return UPPER.test(character) ? 0.68 : 0.6;
}

/** Estimated width of a text, in the unit of `fontSize`. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : characterWidth(character);
  return width * fontSize;
}

/** The text on one line, cut with an ellipsis between two characters where it would be wider than `most`. */
export function fitText(text: string, fontSize: number, most: number): string {
  // No visible character is narrower than a fifth of the font.
  const start = text.slice(0, Math.ceil(most / fontSize) * 5 + 1);
  const line = start.replace(/[\s\p{Cc}]+/gu, " ");
  if (start.length === text.length && textWidth(line, fontSize) <= most) return line;
  let kept = "";
  let width = fontSize;
  for (const { segment } of new Intl.Segmenter("en").segment(line)) {
    width += textWidth(segment, fontSize);
    if (width > most) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
