/** A WireGuard key pair, both halves in base64. The private half stays in memory of this page and is sent nowhere. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
}

/** By the browser's own X25519; undefined where it has none (older ones, and pages without TLS). */
async function byWebCrypto(): Promise<KeyPair | undefined> {
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return undefined;
  try {
    const pair = (await subtle.generateKey("X25519", true, ["deriveBits"])) as CryptoKeyPair;
    const jwk = await subtle.exportKey("jwk", pair.privateKey);
    if (jwk.d === undefined || jwk.x === undefined) return undefined;
    const secret = clamped(fromBase64Url(jwk.d));
    return { privateKey: toBase64(secret), publicKey: toBase64(fromBase64Url(jwk.x)) };
  } catch {
    return undefined;
  }
}

/** As `wg genkey` leaves a key (RFC 7748, section 5): the same key for the curve, and what other tools compare. */
export function clamped(secret: Uint8Array): Uint8Array {
  const key = Uint8Array.from(secret);
  key[0] = (key[0] ?? 0) & 248;
  key[31] = ((key[31] ?? 0) & 127) | 64;
  return key;
}

/** By TweetNaCl, which is fetched only where it is needed. */
async function byTweetNaCl(): Promise<KeyPair> {
  const nacl = (await import("tweetnacl")).default;
  const secret = clamped(crypto.getRandomValues(new Uint8Array(32)));
  return { privateKey: toBase64(secret), publicKey: toBase64(nacl.scalarMult.base(secret)) };
}

export async function makeKeyPair(): Promise<KeyPair> {
  return (await byWebCrypto()) ?? (await byTweetNaCl());
}

/** Whether a text is a key as WireGuard writes it: 32 bytes in base64. */
export function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text.trim());
}
