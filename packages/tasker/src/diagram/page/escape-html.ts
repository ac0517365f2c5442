const CODES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * Text for any place of an HTML document where text or a quoted attribute may stand. Lone surrogates and control
 * characters, which HTML does not allow, become U+FFFD; line feeds and tabs stay.
 */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n]/gu, "\u{fffd}")
    .replace(/[&<>"']/g, (character) => CODES[character] ?? "");
}
