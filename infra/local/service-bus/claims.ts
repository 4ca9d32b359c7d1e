import type { Message } from "rhea";
import * as z from "zod";
import { pathOf } from "./address.ts";
import type { Reply } from "./requests.ts";
import { refusals } from "./refusals.ts";
import { checkSas, covers, type Grant } from "./sas.ts";

const putToken = z.object({
  application_properties: z.object({ operation: z.literal("put-token"), name: z.string(), type: z.string() }),
  body: z.string(),
});

/** What one connection has proved it may do, by the tokens put at its `$cbs` node. */
export type Claims = {
  readonly allows: (path: readonly string[]) => boolean;
  /** Answers a put-token request. */
  readonly put: (request: Message) => Reply;
};

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide#claims-based-authorization */
export const claims = (key: string, now: () => number): Claims => {
  /** By path: renewing a claim replaces it. */
  const grants = new Map<string, Grant>();

  return {
    allows: (path) => [...grants.values()].some((grant) => covers(grant, path, now())),
    put: (request) => {
      const parsed = putToken.safeParse(request);
      if (!parsed.success) return refusals.badArgument("This is no put-token request.");
      const { body, application_properties: properties } = parsed.data;
      if (properties.type !== "servicebus.windows.net:sastoken") {
        return refusals.unauthorized("Only shared access signatures are accepted.");
      }
      const grant = checkSas(body, key, now());
      if (typeof grant === "string") return refusals.unauthorized(grant);
      // The claim is for the audience the request names, which the token must cover: not for all the token would allow.
      const audience = pathOf(properties.name);
      if (!covers(grant, audience, now())) return refusals.unauthorized("The token does not cover the audience.");
      for (const [path, { until }] of grants) if (until <= now()) grants.delete(path);
      grants.set(audience.join("/"), { path: audience, until: grant.until });
      return { status: 202, description: "Accepted" };
    },
  };
};
