import qrcode from "qrcode-generator";

/** A QR code as the `d` of an SVG path: one unit a module, the quiet zone of four included in `size`. */
export interface QRPath {
  readonly size: number;
  readonly path: string;
}

const QUIET = 4;

/** What level M, and after it L, can hold in byte mode; ISO/IEC 18004, table 7, version 40. */
const CAPACITY = { M: 2331, L: 2953 } as const;

function utf8(text: string): number[] {
  return Array.from(new TextEncoder().encode(text));
}

/** The code with error correction M, or L where M has no room; or by how many bytes the text is too long. */
export function qrPath(text: string): QRPath | { readonly tooLongBy: number } {
  const bytes = utf8(text).length;
  if (bytes > CAPACITY.L) return { tooLongBy: bytes - CAPACITY.L };
  qrcode.stringToBytes = utf8;
  const code = qrcode(0, bytes <= CAPACITY.M ? "M" : "L");
  code.addData(text, "Byte");
  code.make();
  const modules = code.getModuleCount();
  let path = "";
  for (let row = 0; row < modules; row++) {
    for (let column = 0; column < modules; column++) {
      if (!code.isDark(row, column)) continue;
      let width = 1;
      while (column + width < modules && code.isDark(row, column + width)) width++;
      path += `M${column + QUIET} ${row + QUIET}h${width}v1h-${width}z`;
      column += width;
    }
  }
  return { size: modules + 2 * QUIET, path };
}
