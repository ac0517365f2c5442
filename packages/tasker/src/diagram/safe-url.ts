/** What a URL may hold as it is: `;` could end a character code of Mermaid, the others a text around the URL. */
const UNSAFE = /[^\w\-.~:/?#@!$&'()*+,=%[\]]/gu;
const CONTROL_OR_SPACE = /[\p{Cc}\s]/u;
const SCHEME = /^[a-z][a-z\d+.-]*:/i;

/**
 * The URL in a form that cannot leave the text around it in Mermaid, HTML or JSON: what does not belong in a URL is
 * percent-encoded. An encoded URL stays as it is.
 * @returns null for what is neither http, https nor relative to the page (such as `javascript:` or `//host/path`), or
 *   holds blanks or control characters, which browsers drop before they look at the scheme
 */
export function safeUrl(url: string): string | null {
  if (url === "" || CONTROL_OR_SPACE.test(url) || /^[/\\]{2}|^\\/.test(url)) return null;
  const scheme = SCHEME.exec(url)?.[0];
  if (scheme !== undefined && !/^https?:\/\/[^/\\]/i.test(url)) return null;
  // A colon in the first part that is no scheme, as in `1:2`, is still not the start of a relative URL.
  if (scheme === undefined && /^[^/?#]*:/.test(url)) return null;
  return url.toWellFormed().replace(UNSAFE, (character) => encodeURIComponent(character));
}

/** A URL to which a path can be added, made safe and without a slash at its end; null for what is none. */
export function safeBaseUrl(url: string): string | null {
  return /[?#]/.test(url) ? null : (safeUrl(url)?.replace(/\/+$/, "") ?? null);
}
