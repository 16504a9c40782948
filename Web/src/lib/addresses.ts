/** A key by which addresses sort as numbers do, IPv4 before IPv6; the prefix length comes last. */
export function addressKey(text: string): string {
  const [address = "", prefix = ""] = text.split("/");
  const length = prefix.padStart(3, "0");
  if (!address.includes(":")) {
    return `4${address.split(".").map((part) => part.padStart(3, "0")).join("")}${length}`;
  }
  const [head = "", tail = ""] = address.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const before = groups(head);
  const after = groups(tail);
  const middle = address.includes("::") ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0") : [];
  return `6${[...before, ...middle, ...after].map((part) => part.padStart(4, "0")).join("")}${length}`;
}
