import { useMemo, useState } from "react";
import { api } from "../api/api";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { Chart } from "../components/Chart";
import { EmptyState } from "../components/EmptyState";
import { Link } from "../components/Link";
import { Notice } from "../components/Notice";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { Skeleton } from "../components/Skeleton";
import { StatusDot } from "../components/StatusDot";
import { useMay, useNetworks, useObservable, useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { NetworkState } from "../networks/NetworkState";
import { FirstSteps } from "./FirstSteps";

export function DashboardPage() {
  const i18n = useI18n();
  const { t } = i18n;
  const store = useStore();
  const hub = useObservable(store.hub);
  const throughput = useObservable(store.throughput);
  const happenings = useObservable(store.happenings);
  const networks = useNetworks();
  const mayWrite = useMay("operator");
  const status = useQuery("status", () => api.status());
  const [steps, setSteps] = useState(false);

  const counts = useMemo(() => {
    let peers = 0;
    let online = 0;
    let stale = 0;
    const byNetwork = new Map<number, { online: number; peers: number }>();
    for (const [network, table] of hub.peers) {
      const entry = { online: 0, peers: table.size };
      for (const peer of table.values()) {
        peers++;
        if (peer.online && peer.enabled) entry.online++;
        if (peer.config_stale === true) stale++;
      }
      online += entry.online;
      byNetwork.set(network, entry);
    }
    return { peers, online, stale, byNetwork };
  }, [hub.peers]);

  const busiest = useMemo(() => {
    const all = [];
    for (const table of hub.peers.values()) for (const peer of table.values()) {
      const rate = store.rateOf(peer.id);
      if (rate.rx + rate.tx > 0) all.push({ peer, rate });
    }
    return all.sort((a, b) => b.rate.rx + b.rate.tx - a.rate.rx - a.rate.tx).slice(0, 5);
  }, [throughput, hub.peers, store]);

  const now = throughput[throughput.length - 1] ?? { rx: 0, tx: 0 };
  const samples = useMemo(() => {
    const end = Math.floor(Date.now() / 1000);
    return throughput.map((rate, index) => ({ time: end - throughput.length + 1 + index, values: [rate.rx * 8, rate.tx * 8] }));
  }, [throughput]);
  const end = samples[samples.length - 1]?.time ?? Math.floor(Date.now() / 1000);

  // They stay until they are done: the first of them makes a network.
  if (hub.complete && networks.length === 0 && mayWrite && !steps) setSteps(true);
  if (steps) return <FirstSteps onDone={() => setSteps(false)} />;
  const waiting = status.data?.pending ?? [];

  return (
    <>
      <PageHeader title={t("nav.dashboard")} />
      <div className="stack stack--wide">
        {waiting.length > 0 && <Notice tone="warning"><p className="strong">{t("dashboard.pending")}</p><ul>{waiting.map((line) => <li key={line}>{line}</li>)}</ul></Notice>}
        {status.data?.backend_version === "missing" && <Notice tone="fault"><p>{t("dashboard.noBackend")}</p></Notice>}
        {!hub.complete ? <Skeleton rows={4} /> : (
          <div className="tiles">
            <div className="tile"><span className="tile__name">{t("dashboard.peersOnline")}</span><b className="tile__value">{i18n.number(counts.online)} <small>/ {i18n.number(counts.peers)}</small></b><span className="tile__note">{counts.stale > 0 ? t("dashboard.stale", { count: counts.stale }) : t("dashboard.handshake")}</span></div>
            <div className="tile"><span className="tile__name">{t("nav.networks")}</span><b className="tile__value">{i18n.number(networks.length)}</b><span className="tile__note">{t("dashboard.up", { count: networks.filter((network) => network.enabled && network.up !== false).length })}</span></div>
            <div className="tile tile--rx"><span className="tile__name">{t("dashboard.rx")}</span><b className="tile__value">{i18n.rate(now.rx)}</b><span className="tile__note">{t("dashboard.fromPeers")}</span></div>
            <div className="tile tile--tx"><span className="tile__name">{t("dashboard.tx")}</span><b className="tile__value">{i18n.rate(now.tx)}</b><span className="tile__note">{t("dashboard.toPeers")}</span></div>
          </div>
        )}
        <Card title={t("dashboard.throughput")}>
          <Chart label={t("dashboard.throughput")} samples={samples} series={[t("dashboard.rx"), t("dashboard.tx")]} format={(value) => i18n.rate(value / 8)} base={10} height={190} from={end - 119} to={end} />
        </Card>
        <div className="grid-2">
          <div className="stack stack--wide">
            <Card title={t("nav.networks")} flush actions={<Link className="button button--quiet button--small" href="/networks">{t("action.all")}</Link>}>
              {networks.length === 0 ? <p className="muted card__note">{t("networks.empty.title")}</p> : (
                <ul className="lines">
                  {networks.map((network) => {
                    const entry = counts.byNetwork.get(network.id) ?? { online: 0, peers: 0 };
                    return (
                      <li key={network.id}>
                        <span><Link className="strong" href={`/networks/${network.id}`}><bdi>{network.name}</bdi></Link><br /><span className="muted mono">{network.subnet}</span></span>
                        <span className="end"><NetworkState network={network} /><br /><span className="muted">{t("peers.count", { online: entry.online, count: entry.peers })}</span></span>
                      </li>
                    );
                  })}
                </ul>
              )}
            </Card>
            {busiest.length > 0 && (
              <Card title={t("dashboard.busiest")} flush>
                <ul className="lines">
                  {busiest.map(({ peer, rate }) => (
                    <li key={peer.id}><Link href={`/networks/${peer.network_id}/peers/${peer.id}`}><bdi>{peer.name}</bdi></Link><span className="end nowrap">↓ {i18n.rate(rate.rx)} ↑ {i18n.rate(rate.tx)}</span></li>
                  ))}
                </ul>
              </Card>
            )}
          </div>
          <div className="stack stack--wide">
            <Card title={t("dashboard.events")} flush>
              {happenings.length === 0 ? <EmptyState icon="pulse" title={t("dashboard.quiet")}><p>{t("dashboard.quiet.text")}</p></EmptyState> : (
                <ul className="lines">
                  {happenings.slice(0, 10).map((event) => (
                    <li key={event.id}>
                      <span className="with-dot">
                        <StatusDot state={event.kind === "online" ? "online" : event.kind === "removed" ? "disabled" : "offline"} />
                        <span>{event.kind === "removed" ? <bdi>{event.name}</bdi> : <Link href={`/networks/${event.network}/peers/${event.peer}`}><bdi>{event.name}</bdi></Link>} {t(`event.${event.kind}`)}</span>
                      </span>
                      <span className="end muted nowrap"><RelativeTime time={event.time} /></span>
                    </li>
                  ))}
                </ul>
              )}
            </Card>
          </div>
        </div>
        {mayWrite && hub.complete && counts.peers === 0 && <div><Button kind="primary" onClick={() => setSteps(true)}>{t("first.continue")}</Button></div>}
      </div>
    </>
  );
}
