const charactersMax = 200;

/**
 * A text that somebody else wrote, as it may be told: one line of at most 200 characters, without addresses and without what could be a
 * credential, a push endpoint's tail or an UNSID.
 */
export const tellable = (text: string): string => {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, "(address)")
    .replace(/\b(bearer|basic)\s+\S+/gi, "$1 (hidden)")
    .replace(/\b(\w*(?:key|sig|signature|token|secret|password))\b(["']?\s*[=:]\s*["']?)[^\s;,&"']+/gi, "$1$2(hidden)")
    .replace(/[\w+/=.-]{40,}/g, "(hidden)")
    .trim();
  return line.length <= charactersMax ? line : `${line.slice(0, charactersMax - 1)}…`;
};
