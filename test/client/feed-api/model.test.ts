import { describe } from "vitest";
import { modelFeedApi } from "../model-feed-api.ts";
import { modelFeed } from "../model-feed.ts";
import { feedApiCases } from "./feed-api.cases.ts";

describe("the model of a feed", () => {
  feedApiCases(() => {
    const feed = modelFeed();
    return Promise.resolve({ api: modelFeedApi(feed), post: (name, raw) => Promise.resolve(feed.post({ name, raw })) });
  });
});
