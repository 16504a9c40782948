import { useI18n } from "../i18n/context";
import type { NetworkMode } from "../api/types";

/** A small drawing of who reaches whom in a mode. The words beside it say the same. */
export function ModeDiagram({ mode }: { readonly mode: NetworkMode }) {
  const { t } = useI18n();
  return (
    <svg className="diagram" viewBox="0 0 240 96" aria-hidden="true" focusable="false">
      {mode === "gateway" && <>
        <path className="diagram__way" d="M48 24 L108 46M48 72 L108 50M132 48H186" />
        <path className="diagram__arrow" d="M180 43l7 5-7 5" />
        <Device x={36} y={20} /><Device x={36} y={72} /><Hub />
        <path className="diagram__cloud" d="M200 60h22a9 9 0 0 0 1-18 13 13 0 0 0-25-3 10.500 10.500 0 0 0 2 21z" />
        <text className="diagram__text" x={212} y={78}>{t("diagram.internet")}</text>
      </>}
      {mode === "site-to-site" && <>
        <path className="diagram__way" d="M62 48H108M132 48H178" />
        <path className="diagram__arrow" d="M68 43l-7 5 7 5M172 43l7 5-7 5" />
        <Site x={36} /><Site x={204} /><Hub />
        <text className="diagram__text" x={36} y={90}>{t("diagram.site")} A</text><text className="diagram__text" x={204} y={90}>{t("diagram.site")} B</text>
      </>}
      {mode === "hub-routed" && <>
        <path className="diagram__way" d="M60 24 L109 44M60 72 L109 52M180 24 L131 44M180 72 L131 52" />
        <Device x={48} y={20} /><Device x={48} y={74} /><Device x={192} y={20} /><Device x={192} y={74} /><Hub />
      </>}
    </svg>
  );
}

function Hub() {
  return <g><circle className="diagram__hub" cx={120} cy={48} r={13} /><circle className="diagram__core" cx={120} cy={48} r={4.500} /></g>;
}

function Device({ x, y }: { readonly x: number; readonly y: number }) {
  return <rect className="diagram__device" x={x - 12} y={y - 8} width={24} height={16} rx={3.500} />;
}

function Site({ x }: { readonly x: number }) {
  return (
    <g>
      <rect className="diagram__site" x={x - 26} y={22} width={52} height={52} rx={6} />
      <Device x={x} y={38} /><Device x={x} y={59} />
    </g>
  );
}
