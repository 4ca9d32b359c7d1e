/** Longer texts are cut: no platform draws more, and some draw all of it over the whole screen. */
const lengthMax = 400;

/** Raw content as a person may be shown it; undefined when that is nothing: it is blank, or JSON that the app's own code is meant to read. */
export const readableText = (rawContent: string): string | undefined =>
  isForPrograms(rawContent) ? undefined : cleanText(rawContent);

/**
 * Anybody's text as a toast may show it: line breaks of any system as such, no control characters, no empty lines in heaps, not endless.
 * Undefined when nothing is left.
 */
export const cleanText = (raw: string): string | undefined => {
  const text = raw
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replace(/\t/g, " ")
    // Looked at where a run of blanks begins: from each of 60,000 blanks on it would take seconds.
    .replace(/(?<![^\S\n])[^\S\n]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .replace(controlCharacters, "")
    .trim();
  return text === "" ? undefined : shortened(text);
};

// Besides the usual ones, what turns the direction of all text behind it: a toast is drawn inside the system's own words.
const controlCharacters = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** An object or a list; a bare number or a quoted word is a text like any other. */
const isForPrograms = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Cut between characters, never inside one: what looks like one may be several code points. */
const shortened = (text: string): string => {
  if (text.length <= lengthMax) return text;
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text.slice(0, lengthMax + 64));
  let kept = "";
  for (const { segment } of segments) {
    if (kept.length + segment.length > lengthMax - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
};
