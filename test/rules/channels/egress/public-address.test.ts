import fc from "fast-check";
import { expect, test } from "vitest";
import { isPublicAddress } from "../../../../shared/channels/egress/public-address.ts";

test.each([
  ["8.8.8.8", "Google's DNS"],
  ["142.250.74.10", "fcm.googleapis.com"],
  ["17.188.143.34", "Apple's"],
  ["20.190.159.2", "Microsoft's"],
  ["1.0.0.1", "just above this network's"],
  ["9.255.255.255", "just below 10/8"],
  ["11.0.0.0", "just above 10/8"],
  ["100.63.255.255", "just below the shared range"],
  ["100.128.0.0", "just above the shared range"],
  ["126.255.255.255", "just below loopback"],
  ["128.0.0.1", "just above loopback"],
  ["168.63.129.15", "just below Azure's platform"],
  ["168.63.129.17", "just above Azure's platform"],
  ["169.253.255.255", "just below link-local"],
  ["169.255.0.0", "just above link-local"],
  ["172.15.255.255", "just below 172.16/12"],
  ["172.32.0.0", "just above 172.16/12"],
  ["192.167.255.255", "just below 192.168/16"],
  ["192.169.0.0", "just above 192.168/16"],
  ["198.17.255.255", "just below benchmarking"],
  ["198.20.0.0", "just above benchmarking"],
  ["223.255.255.255", "just below multicast"],
  ["2a00:1450:4001:82b::200a", "fcm.googleapis.com"],
  ["2620:149:a44::1", "Apple's"],
  ["2603:1030::1", "Microsoft's"],
  ["2A00:1450:4001:082B:0000:0000:0000:200A", "written in full"],
  ["2001:4860:4860::8.8.8.8", "written with dots, not meaning IPv4"],
  ["2001:200::1", "the first registry's"],
  ["3ffe::1", "just below documentation"],
  ["::ffff:8.8.8.8", "mapped"],
  ["::ffff:808:808", "mapped, in digits"],
  ["64:ff9b::8.8.8.8", "behind an IPv6-only network's translator"],
  ["64:ff9b::808:808", "the same in digits"],
])("%s is of the public internet: %s", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ["0.0.0.0", "this host"],
  ["0.1.2.3", "this network"],
  ["0.255.255.255", "this network, the last"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["100.64.0.0", "shared by a carrier's customers"],
  ["100.100.100.200", "another cloud's metadata"],
  ["100.127.255.255", "shared by a carrier's customers"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.255", "loopback"],
  ["168.63.129.16", "Azure's platform"],
  ["169.254.0.0", "link-local"],
  ["169.254.169.254", "the cloud's metadata"],
  ["172.16.0.0", "private"],
  ["172.31.255.255", "private"],
  ["192.0.0.1", "of the IETF's protocols"],
  ["192.0.0.192", "another cloud's metadata"],
  ["192.0.2.1", "documentation"],
  ["192.31.196.1", "AS112"],
  ["192.52.193.1", "multicast tunnels"],
  ["192.88.99.1", "the anycast relay of 6to4"],
  ["192.168.0.0", "private"],
  ["192.168.255.255", "private"],
  ["192.175.48.1", "AS112"],
  ["198.18.0.0", "benchmarking"],
  ["198.19.255.255", "benchmarking"],
  ["198.51.100.1", "documentation"],
  ["203.0.113.1", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.254", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["0:0:0:0:0:0:0:1", "loopback, written in full"],
  ["::2", "IPv4-compatible"],
  ["::8.8.8.8", "IPv4-compatible, though of a public one"],
  ["::808:808", "the same in digits"],
  ["::127.0.0.1", "IPv4-compatible"],
  ["::ffff:127.0.0.1", "mapped loopback"],
  ["::FFFF:7F00:1", "mapped loopback in digits"],
  ["0:0:0:0:0:ffff:10.0.0.1", "mapped private, written in full"],
  ["::ffff:168.63.129.16", "Azure's platform, mapped"],
  ["::ffff:a83f:8110", "Azure's platform, mapped, in digits"],
  ["::ffff:0:127.0.0.1", "translated loopback"],
  ["::ffff:0:8.8.8.8", "translated, though of a public one"],
  ["64:ff9b::127.0.0.1", "loopback behind a translator"],
  ["64:ff9b::a9fe:a9fe", "metadata behind a translator"],
  ["64:ff9b::a83f:8110", "Azure's platform behind a translator"],
  ["64:ff9b:1::8.8.8.8", "a network's own translator, which may lead anywhere"],
  ["64:ff9b:1:a9fe:a9:fe00::", "the same with the address further up"],
  ["64:ff9b::1:8.8.8.8", "beside the translator's prefix"],
  ["100::1", "discarded"],
  ["100:0:0:1::1", "the dummy prefix"],
  ["1::1", "not allocated"],
  ["400::1", "not allocated"],
  ["4000::1", "not allocated"],
  ["5f00::1", "segment routing"],
  ["8000::1", "not allocated"],
  ["2001::1", "Teredo"],
  ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"],
  ["2001:1::1", "of the IETF's protocols"],
  ["2001:2::1", "benchmarking"],
  ["2001:3::1", "multicast tunnels"],
  ["2001:4:112::1", "AS112"],
  ["2001:10::1", "a hash, not an address"],
  ["2001:20::1", "a hash, not an address"],
  ["2001:30::1", "a drone's tag"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::1", "6to4 loopback"],
  ["2002:808:808::1", "6to4, though of a public one"],
  ["2620:4f:8000::1", "AS112"],
  ["3fff::1", "documentation"],
  ["2a00:1450::5efe:7f00:1", "ISATAP"],
  ["2a00:1450::200:5efe:808:808", "ISATAP"],
  ["fc00::1", "unique local"],
  ["fd00:ec2::254", "another cloud's metadata"],
  ["fdff:ffff::1", "unique local"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local with a zone"],
  ["2a00:1450::1%eth0", "with a zone"],
  ["febf::1", "link-local"],
  ["fec0::1", "site-local"],
  ["ff02::1", "multicast"],
  ["ff0e::1", "multicast"],
])("%s is not: %s", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  ...["", "localhost", "fcm.googleapis.com", "8.8.8", "134744072", "0x08080808", "08.8.8.8", "010.8.8.8", "8.8.8.8."],
  ...[
    "8.8.8.8 ",
    " 8.8.8.8",
    "8.8.8.8/32",
    "8.8.8.8:443",
    "256.8.8.8",
    "８.8.8.8",
    "[2a00:1450::1]",
    "2a00:1450::1/64",
  ],
  ...["2a00:1450:::1", "1:2:3:4:5:6:7:8:9", "::ffff:256.8.8.8", "::ffff:8.8.8", "%eth0", "8.8.8.8\0", "undefined"],
])("%j is no address, so nothing public", (text) => {
  expect(isPublicAddress(text)).toBe(false);
});

test.each([
  [
    "127.0.0.1",
    ["127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1."],
  ],
  ["169.254.169.254", ["0xa9fea9fe", "2852039166", "169.254.43518", "0251.0376.0251.0376", "１６９.254.169.254"]],
  ["168.63.129.16", ["168.4161808", "0xA83F8110", "168。63。129。16"]],
  ["0.0.0.0", ["0", "0x0", "00000"]],
])("%s stays refused in each form that a URL may write it in", (address, forms) => {
  for (const form of forms) expect(new URL(`https://${form}/`).hostname, form).toBe(address);
  expect(isPublicAddress(address)).toBe(false);
});

test.each(["[::ffff:127.0.0.1]", "[::127.0.0.1]", "[0:0:0:0:0:FFFF:7F00:0001]", "[64:ff9b::127.0.0.1]", "[::1]"])(
  "%s in a URL is refused as the URL says it",
  (host) => {
    expect(isPublicAddress(new URL(`https://${host}/`).hostname.slice(1, -1))).toBe(false);
  },
);

type Bytes = readonly number[];
const zeros = (count: number): Bytes => Array.from({ length: count }, () => 0);
const inverted = (ipv4: Bytes): Bytes => ipv4.map((byte) => byte ^ 0xff);
const ff9b = [0, 0x64, 0xff, 0x9b];
const localUse = [...ff9b, 0, 1];

/** Every way in which somebody has put an IPv4 address into an IPv6 one, as its 16 bytes. */
const embeddings: Readonly<Record<string, (ipv4: Bytes) => Bytes>> = {
  mapped: (ipv4) => [...zeros(10), 0xff, 0xff, ...ipv4],
  compatible: (ipv4) => [...zeros(12), ...ipv4],
  translated: (ipv4) => [...zeros(8), 0xff, 0xff, 0, 0, ...ipv4],
  NAT64: (ipv4) => [...ff9b, ...zeros(8), ...ipv4],
  "local NAT64 /48": ([a = 0, b = 0, ...rest]) => [...localUse, a, b, 0, ...rest, ...zeros(5)],
  "local NAT64 /56": ([a = 0, ...rest]) => [...localUse, 0, a, 0, ...rest, ...zeros(4)],
  "local NAT64 /64": (ipv4) => [...localUse, 0, 0, 0, ...ipv4, ...zeros(3)],
  "local NAT64 /96": (ipv4) => [...localUse, ...zeros(6), ...ipv4],
  "6to4": (ipv4) => [0x20, 0x02, ...ipv4, ...zeros(9), 1],
  "Teredo client": (ipv4) => [0x20, 1, 0, 0, 65, 54, 227, 120, 128, 0, 0, 80, ...inverted(ipv4)],
  "Teredo server": (ipv4) => [0x20, 1, 0, 0, ...ipv4, 128, 0, 0, 80, ...inverted([8, 8, 8, 8])],
  ISATAP: (ipv4) => [0x2a, 0, 0x14, 0x50, ...zeros(4), 0, 0, 0x5e, 0xfe, ...ipv4],
  "ISATAP, global": (ipv4) => [0x2a, 0, 0x14, 0x50, ...zeros(4), 2, 0, 0x5e, 0xfe, ...ipv4],
};

/** The notations of one IPv6 address: full, compressed, with the last four bytes in dots. */
const notationsOf = (bytes: Bytes): string[] => {
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  const full = groups.join(":");
  const short = new URL(`http://[${full}]/`).hostname.slice(1, -1);
  const dotted = `${groups.slice(0, 6).join(":")}:${bytes.slice(12).join(".")}`;
  return [full, full.toUpperCase(), short, dotted, dotted.replace(/^(0:)+/, "::")];
};

const byte = fc.integer({ min: 0, max: 255 });
const anyIPv4 = fc.tuple(byte, byte, byte, byte);
const refusedIPv4 = fc.oneof(
  fc.constant([168, 63, 129, 16]),
  fc.constant([169, 254, 169, 254]),
  fc.tuple(fc.constantFrom(0, 10, 127, 224, 240, 255), byte, byte, byte),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
);

test("no IPv4 address passes in any clothes and notation if it does not pass plain", () => {
  fc.assert(
    fc.property(fc.oneof(anyIPv4, refusedIPv4), fc.constantFrom(...Object.values(embeddings)), (ipv4, embedded) => {
      if (isPublicAddress(ipv4.join("."))) return;
      for (const notation of notationsOf(embedded(ipv4))) expect(isPublicAddress(notation), notation).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test("an address passes in all its notations or in none", () => {
  const group = fc.oneof(
    fc.constantFrom(0, 1, 0xffff, 0x2001, 0x64, 0xff9b, 0x2a00),
    fc.integer({ min: 0, max: 0xffff }),
  );
  const anyIPv6 = fc
    .array(group, { minLength: 8, maxLength: 8 })
    .map((groups) => groups.flatMap((g) => [g >> 8, g & 255]));
  const carrying = fc.tuple(anyIPv4, fc.constantFrom(...Object.values(embeddings))).map(([ipv4, embed]) => embed(ipv4));
  fc.assert(
    fc.property(fc.oneof(anyIPv6, carrying), (bytes) => {
      expect(new Set(notationsOf(bytes).map(isPublicAddress)).size).toBe(1);
    }),
    { numRuns: 1_000 },
  );
});
