/** Tells the operator, in one sentence, of something that is wrong and was got around. It never throws; a sentence holds no secret. */
export type Report = (sentence: string) => void;

/** However many different sentences there are, no more of them are remembered. */
const remembered = 1_000;

/** Tells each sentence once, for what is wrong with a row is met again at every read of it. */
export const reportOnce = (report: Report): Report => {
  const told = new Set<string>();
  return (sentence) => {
    if (told.has(sentence)) return;
    if (told.size >= remembered) told.clear();
    told.add(sentence);
    report(sentence);
  };
};
