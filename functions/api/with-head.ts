import type { Operation } from "./call.ts";

/** For what people and tools read by its address: HEAD is answered as GET is, without the content (RFC 9110, section 9.3.2). */
export const withHead = (operation: Operation): { readonly GET: Operation; readonly HEAD: Operation } => ({
  GET: operation,
  HEAD: async (call) => {
    const { text: _text, ...head } = await operation(call);
    return head;
  },
});
