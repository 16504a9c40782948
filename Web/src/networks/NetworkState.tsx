import type { Network } from "../api/types";
import { useI18n } from "../i18n/context";

/** Whether a network is up, in a dot and a word. */
export function NetworkState({ network }: { readonly network: Network }) {
  const { t } = useI18n();
  const [dot, key] = !network.enabled ? (["disabled", "network.disabled"] as const) : network.up === false ? (["fault", "network.down"] as const) : (["online", "network.up"] as const);
  return <span className="status"><span className={`dot dot--${dot}`} aria-hidden="true" /><span>{t(key)}</span></span>;
}
