import type { HttpMethod } from "@azure/functions";
import type { Answered, AppInProcess } from "../../support/app-in-process.ts";
import { publicUrl } from "../../support/backends.ts";
import { notification, post, sampleHost } from "./api-under-test.ts";

export const feedPath = "/beta/me/notifications";
export const feedQuery = `${feedPath}?targetHostName=${sampleHost}`;
export const deltaQuery = `${feedPath}/delta?targetHostName=${sampleHost}`;

type Sending = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** One user's client app. Paths may also be links that an answer gave: they are followed as they are. */
export const feedClient = (app: AppInProcess, authorization: string) => {
  const ask = (method: HttpMethod, path: string, { body, headers = {} }: Sending = {}): Promise<Answered> =>
    app.ask(method, path.startsWith(publicUrl) ? path.slice(publicUrl.length) : path, {
      headers: { authorization, ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body }),
    });

  /** Follows `@odata.nextLink` to the end; all the pages. */
  const pages = async (path: string): Promise<Answered[]> => {
    const found: Answered[] = [];
    for (let link: string | undefined = path; link !== undefined;) {
      const page: Answered = await ask("GET", link);
      if (page.status !== 200) throw new Error(`${link} was answered ${page.status}: ${page.text}`);
      found.push(page);
      link = page.json["@odata.nextLink"] as string | undefined;
    }
    return found;
  };

  /** Posts a notification to the user; its id. */
  const posted = async (more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const answer = await post(app, notification(more), { headers: { authorization } });
    if (answer.status >= 300) throw new Error(`Posting was answered ${answer.status}: ${answer.text}`);
    return answer.json.id as string;
  };

  return { ask, pages, posted };
};

export type FeedClient = ReturnType<typeof feedClient>;

type Entity = Readonly<Record<string, unknown>> & { readonly id: string };
export const valuesOf = (pages: readonly Answered[]): Entity[] => pages.flatMap(({ json }) => json.value as Entity[]);
