import type { FormEvent } from "react";
import { useEffect, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Network, Peer } from "../api/types";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { Fault } from "../components/Fault";
import { TextField } from "../components/TextField";
import { useMay, useNow, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

/** How fast a peer may be, beside how fast it is. */
export function LimitsCard({ network, peer }: { readonly network: Network; readonly peer: Peer }) {
  const i18n = useI18n();
  const { t } = i18n;
  const store = useStore();
  const mayWrite = useMay("operator");
  useNow(1);
  const text = (value: number | undefined) => (value === undefined ? "" : String(value));
  const [down, setDown] = useState(text(peer.bandwidth_down_kbps));
  const [up, setUp] = useState(text(peer.bandwidth_up_kbps));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    setDown(text(peer.bandwidth_down_kbps));
    setUp(text(peer.bandwidth_up_kbps));
  }, [peer.bandwidth_down_kbps, peer.bandwidth_up_kbps]);
  const changed = down !== text(peer.bandwidth_down_kbps) || up !== text(peer.bandwidth_up_kbps);
  const rate = store.rateOf(peer.id);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !changed) return;
    setBusy(true);
    setError(undefined);
    try {
      const own = (typed: string) => (typed.trim() === "" ? undefined : Number(typed));
      const guess = { bandwidth_down_kbps: own(down), bandwidth_up_kbps: own(up) };
      const fields = { bandwidth_down_kbps: guess.bandwidth_down_kbps ?? null, bandwidth_up_kbps: guess.bandwidth_up_kbps ?? null };
      await store.optimistically(peer, guess, async () => (await api.adjustPeer(peer.network_id, peer.id, () => fields)).peer);
      store.toasts.add("done", t("limits.saved"));
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  const inherited = (limit: number | undefined) => (limit === undefined || limit === 0 ? t("limits.none") : String(limit));
  const meter = (name: string, bytes: number, limit: number | undefined) => {
    const share = limit === undefined || limit === 0 ? undefined : Math.min(1, (bytes * 8) / (limit * 1000));
    return (
      <div className="meter">
        <div className="meter__words"><span>{name}</span><b>{i18n.rate(bytes)}</b><span className="muted">{share === undefined ? t("limits.none") : t("limits.of", { limit: i18n.rate(((limit ?? 0) * 1000) / 8) })}</span></div>
        {share !== undefined && <div className="meter__bar" aria-hidden="true"><div style={{ width: `${share * 100}%` }} /></div>}
      </div>
    );
  };
  return (
    <Card title={t("limits.title")}>
      <div className="stack">
        {meter(t("limits.down"), rate.tx, peer.bandwidth_down_kbps ?? network.bandwidth_down_kbps)}
        {meter(t("limits.up"), rate.rx, peer.bandwidth_up_kbps ?? network.bandwidth_up_kbps)}
        {mayWrite && (
          <form className="stack" onSubmit={(event) => void save(event)}>
            <Fault error={error} known={["bandwidth_down_kbps", "bandwidth_up_kbps"]} />
            <div className="columns">
              <TextField label={t("peer.bandwidthDown")} fault={error?.fault("bandwidth_down_kbps")} inputMode="numeric" unit="kbit/s" placeholder={inherited(network.bandwidth_down_kbps)} value={down} onChange={setDown} />
              <TextField label={t("peer.bandwidthUp")} fault={error?.fault("bandwidth_up_kbps")} inputMode="numeric" unit="kbit/s" placeholder={inherited(network.bandwidth_up_kbps)} value={up} onChange={setUp} />
            </div>
            {changed && <div><Button submit kind="primary" small busy={busy}>{t("action.save")}</Button></div>}
          </form>
        )}
      </div>
    </Card>
  );
}
