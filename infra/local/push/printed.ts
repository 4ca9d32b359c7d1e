const charactersMax = 200;

/** One readable line about an arrival: `12:03:04 browser-1 WebPush {"changeType":…}`. Times are this machine's. */
export const printedLine = (at: string, device: string, platformType: string, told: string): string =>
  `${new Date(at).toTimeString().slice(0, 8)} ${printable(device)} ${platformType} ${printable(told)}`;

/**
 * Text that cannot drive the terminal it is printed on, cut to 200 characters: control characters, line ends and
 * the marks that reverse the direction of writing are shown as `\u{…}`.
 */
const printable = (text: string): string => {
  // Cut first, content may be long; and cut by code points, for half a surrogate pair is not a character.
  const characters = Array.from(text.slice(0, charactersMax * 2 + 1));
  const cut = characters.slice(0, charactersMax).join("");
  const safe = cut.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu, escaped);
  return characters.length > charactersMax ? `${safe}…` : safe;
};

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
