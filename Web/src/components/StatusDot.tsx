import type { PeerState } from "../lib/peers";
import { useI18n } from "../i18n/context";

/** The dot of a peer. What its colour says is said in words as well. */
export function StatusDot({ state, label = false }: { readonly state: PeerState; readonly label?: boolean }) {
  const { t } = useI18n();
  const text = t(`peer.state.${state}`);
  return (
    <span className="status" title={label ? undefined : text}>
      <span className={`dot dot--${state}`} aria-hidden="true" />
      {label ? <span>{text}</span> : <span className="visually-hidden">{text}</span>}
    </span>
  );
}
