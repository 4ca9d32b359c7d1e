import type { Answer, DeltaPage, FeedApi } from "../feed-api.ts";

/** One reading of the feed to its end, page by page, each with the link it was asked with. */
export type Pass = {
  readonly pages: readonly { readonly page: DeltaPage; readonly asked: string | undefined }[];
  /** It began at the very beginning: what it did not meet is not there any more. */
  readonly isWhole: boolean;
};

/** Reads on from `link`, or from the very beginning, to the end; a link the service does not know any more is as good as none. */
export const readFeed = async (api: Pick<FeedApi, "delta">, link?: string): Promise<Answer<Pass>> => {
  const pages = [];
  for (let asked = link; ;) {
    const answer = await api.delta({ link: asked });
    if (answer.kind === "gone" && link !== undefined) return readFeed(api);
    if (answer.kind !== "ok") return answer;
    pages.push({ page: answer.value, asked });
    if (answer.value.mark !== undefined) return { kind: "ok", value: { pages, isWhole: link === undefined } };
    asked = answer.value.link;
  }
};
