/** What the hub writes in place of a private key that it does not have; see WGPilotCore's ClientConfiguration. */
const PRIVATE_KEY_PLACE = /^# PrivateKey = .*$/m;

/** The configuration with the private key that only this browser has. */
export function withPrivateKey(text: string, privateKey: string): string {
  return text.replace(PRIVATE_KEY_PLACE, () => `PrivateKey = ${privateKey}`);
}

export function holdsPrivateKey(text: string): boolean {
  return /^PrivateKey = \S/m.test(text);
}

/** The same text with its secrets blotted out, to be shown to whoever looks over a shoulder. */
export function masked(text: string): string {
  return text.replace(/^((?:PrivateKey|PresharedKey) = ).+$/gm, (_, head: string) => head + "•".repeat(44));
}

/** What goes into the QR code: a long file goes without its comments, so that phones read it. */
export function forQRCode(text: string): string {
  if (new TextEncoder().encode(text).length <= 600) return text;
  return text.replace(/^#.*\n/gm, "");
}

/** A file name that every system takes, for a configuration whose name the server did not give. */
export function fileName(peerName: string): string {
  const plain = peerName.normalize("NFKD").replace(/[^A-Za-z0-9_=+.-]+/g, "-").replace(/^-+|-+$/g, "");
  return `${plain || "peer"}.conf`;
}
