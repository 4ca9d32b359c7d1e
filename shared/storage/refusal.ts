import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { RestError } from "@azure/data-tables";
import * as z from "zod";

type Answer = Pick<PipelineResponse, "status" | "headers" | "bodyAsText">;

/** By the service's own word for it, or at least by what it calls the request; without the request itself, for that one is signed. */
export const refusal = (answer: Answer): RestError => {
  const { status: statusCode, headers } = answer;
  const message = messageSchema.safeParse(faultIn(answer)?.message).data?.value;
  const code = codeIn(answer);
  const unsaid = `The service answered ${statusCode}; it calls the request ${headers.get("x-ms-request-id") ?? "nothing"}.`;
  return new RestError(message ?? unsaid, { statusCode, ...(code !== undefined && { code }) });
};

/** The service's own word for what went wrong, without an error and its stack: that a row is not there is nothing out of the way. */
export const codeIn = (answer: Answer): string | undefined =>
  faultIn(answer)?.code ?? answer.headers.get("x-ms-error-code");

const faultIn = ({ bodyAsText }: Answer) => faultSchema.safeParse(jsonIn(bodyAsText ?? "")).data?.["odata.error"];

const faultSchema = z.object({ "odata.error": z.object({ code: z.string(), message: z.unknown() }) });
const messageSchema = z.object({ value: z.string() });

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
