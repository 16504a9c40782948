import { useMemo } from "react";
import { useI18n } from "../i18n/context";
import { qrPath } from "../lib/qr";
import { Notice } from "./Notice";

/** A QR code, always dark on white so that every reader takes it. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { t } = useI18n();
  const code = useMemo(() => qrPath(text), [text]);
  if ("tooLongBy" in code) return <Notice tone="warning"><p>{t("qr.tooLong", { count: code.tooLongBy })}</p></Notice>;
  return (
    <svg className="qr" viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={code.size} height={code.size} fill="#fff" />
      <path d={code.path} fill="#000" />
    </svg>
  );
}
