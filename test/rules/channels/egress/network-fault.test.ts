import { AssertionError } from "node:assert";
import { errors } from "undici";
import { expect, test } from "vitest";
import { networkFaultOf } from "../../../../shared/channels/egress/network-fault.ts";

const withCode = (code: string): Error =>
  Object.assign(new Error("connect to https://push.example/secret failed"), { code });

test.each([
  ...[
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ADDRESS_NOT_PERMITTED",
  ],
  ...[
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
  ],
  ...["UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_INFO", "UND_ERR_ABORTED"],
])("%s: the server is silent, and nothing but the code is told", (code) => {
  expect(networkFaultOf(withCode(code))).toEqual({ reason: code, origin: "silent" });
});

test.each([
  "HPE_INVALID_CONSTANT",
  "HPE_INVALID_HEADER_TOKEN",
  "UND_ERR_HEADERS_OVERFLOW",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
])("%s: the server answers, in what cannot be read", (code) => {
  expect(networkFaultOf(withCode(code))).toEqual({ reason: code, origin: "failing" });
});

test("an answer that is no HTTP, without a code, is told by its name", () => {
  expect(networkFaultOf(new errors.HTTPParserError("secret"))).toEqual({
    reason: "HTTPParserError",
    origin: "failing",
  });
});

test.each(["AbortError", "TimeoutError"])("an attempt that ended by %s was not answered", (name) => {
  expect(networkFaultOf(new DOMException("secret", name))).toEqual({ reason: name, origin: "silent" });
});

test.each([
  ["an error without a code", new Error("bug")],
  ["a TypeError", new TypeError("x is not a function")],
  ["a TypeError with a code", Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" })],
  ["a RangeError with a code", Object.assign(new RangeError("port"), { code: "ERR_SOCKET_BAD_PORT" })],
  ["an assertion", new AssertionError({ message: "bug" })],
  ["undici misused", new errors.InvalidArgumentError("invalid header")],
  ["undici used after its end", new errors.ClientClosedError()],
  ["a number as code", Object.assign(new Error("bug"), { code: 5 })],
  ["no error at all", "ECONNREFUSED"],
  ["nothing", undefined],
])("%s is no fault of the network, and is left to whoever can report a bug", (_, error) => {
  expect(networkFaultOf(error)).toBeUndefined();
});
