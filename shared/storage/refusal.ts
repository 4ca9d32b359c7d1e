import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { RestError } from "@azure/data-tables";
import * as z from "zod";

/** By the service's own word for it, or at least by what it calls the request; without the request itself, for that one is signed. */
export const refusal = (answer: Pick<PipelineResponse, "status" | "headers" | "bodyAsText">): RestError => {
  const { status: statusCode, headers, bodyAsText } = answer;
  const told = faultSchema.safeParse(jsonIn(bodyAsText ?? "")).data?.["odata.error"];
  const message = messageSchema.safeParse(told?.message).data?.value;
  const code = told?.code ?? headers.get("x-ms-error-code");
  const unsaid = `The service answered ${statusCode}; it calls the request ${headers.get("x-ms-request-id") ?? "nothing"}.`;
  return new RestError(message ?? unsaid, { statusCode, ...(code !== undefined && { code }) });
};

const faultSchema = z.object({ "odata.error": z.object({ code: z.string(), message: z.unknown() }) });
const messageSchema = z.object({ value: z.string() });

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
