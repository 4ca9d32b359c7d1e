import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Azure's platform answers here (DNS, DHCP, the host's agent): https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const azurePlatform = "168.63.129.16";
/** All that is allocated of the public IPv6 internet (RFC 4291, section 2.4). */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
/**
 * The two forms in which an honest resolver may tell an IPv4 address: mapped (RFC 4291, section 2.5.5.2), and behind the well-known
 * prefix of an IPv6-only network's translator (RFC 6052, section 2.1), which must carry public addresses only.
 */
const carriesIPv4 = [ipaddr.IPv6.parseCIDR("::ffff:0:0/96"), ipaddr.IPv6.parseCIDR("64:ff9b::/96")];

/**
 * Whether an address, as a resolver or a URL's host tells it, is one machine's on the public internet. What is not known to be is not:
 * private, loopback, link-local, unique local, shared (RFC 6598), multicast, broadcast, reserved, documentation and benchmarking
 * ranges, Azure's platform address, the unallocated rest of IPv6, an address with a zone, and what is no address.
 * An IPv4 address in IPv6 clothes counts as what it is; those of the old tunnels (6to4, Teredo, ISATAP, IPv4-compatible) and of a
 * network's own translator (64:ff9b:1::/48) are never public: no push service lives there.
 */
export const isPublicAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return isPublicIPv4(ipaddr.IPv4.parse(address));
    case 6:
      return !address.includes("%") && isPublicIPv6(ipaddr.IPv6.parse(inDigits(address)));
    default:
      return false;
  }
};

/** Without the dotted form: the library reads `::1.2.3.4` as the mapped `::ffff:1.2.3.4`, which is another address. */
const inDigits = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);

const isPublicIPv4 = (address: ipaddr.IPv4): boolean =>
  address.range() === "unicast" && address.toString() !== azurePlatform;

const isPublicIPv6 = (address: ipaddr.IPv6): boolean => {
  if (carriesIPv4.some((prefix) => address.match(prefix))) {
    return isPublicIPv4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  }
  return address.match(globalUnicast) && address.range() === "unicast" && !isIsatap(address);
};

/** The interface identifier [02]00:5efe, with an IPv4 address after it, under any prefix (RFC 5214, section 6.1). */
const isIsatap = ({ parts }: ipaddr.IPv6): boolean => (parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe;
