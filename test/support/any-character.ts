import fc from "fast-check";

const surrogatesFrom = 0xd800;
const surrogates = 0x800;

/**
 * Any character of Unicode that UTF-8 can carry, as `fc.string`'s unit. It is what "binary" is, which takes a second to
 * write down every character there is before the first string.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.nat(0x10ffff - surrogates).map(
  (index) => String.fromCodePoint(index < surrogatesFrom ? index : index + surrogates),
  (character) => {
    const [only, ...others] = Array.from(String(character));
    const code = only?.codePointAt(0) ?? surrogatesFrom;
    if (others.length > 0 || (code >= surrogatesFrom && code < surrogatesFrom + surrogates))
      throw new Error("no character");
    return code < surrogatesFrom ? code : code - surrogates;
  },
);
