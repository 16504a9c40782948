import { useState } from "react";
import type { Network } from "../api/types";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Link } from "../components/Link";
import { PageHeader } from "../components/PageHeader";
import { Skeleton } from "../components/Skeleton";
import { useMay, useNetworks, useObservable, useStore } from "../data/context";
import { navigate } from "../data/router";
import { useI18n } from "../i18n/context";
import { ModeDiagram } from "./ModeDiagram";
import { NetworkForm } from "./NetworkForm";
import { NetworkImport } from "./NetworkImport";
import { NetworkState } from "./NetworkState";

export function NetworksPage() {
  const { t } = useI18n();
  const store = useStore();
  const { complete } = useObservable(store.hub);
  const networks = useNetworks();
  const mayWrite = useMay("operator");
  const [adding, setAdding] = useState(false);
  const [importing, setImporting] = useState(false);
  return (
    <>
      <PageHeader title={t("nav.networks")} subtitle={t("networks.subtitle")}>
        {mayWrite && <>
          <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>{t("network.new")}</Button>
          <Button icon="upload" onClick={() => setImporting(true)}>{t("import.open")}</Button>
        </>}
      </PageHeader>
      {!complete && networks.length === 0 ? <Skeleton rows={3} /> : networks.length === 0 ? (
        <EmptyState icon="network" title={t("networks.empty.title")} action={mayWrite && <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>{t("network.new")}</Button>}><p>{t("networks.empty.text")}</p></EmptyState>
      ) : (
        <ul className="network-list">{networks.map((network) => <li key={network.id}><NetworkCard network={network} /></li>)}</ul>
      )}
      {importing && <NetworkImport onClose={() => setImporting(false)} onDone={(network) => navigate(`/networks/${network.id}`)} />}
      {adding && <NetworkForm onClose={() => setAdding(false)} onSaved={(network) => navigate(`/networks/${network.id}`)} />}
    </>
  );
}

function NetworkCard({ network }: { readonly network: Network }) {
  const { t } = useI18n();
  const { peers } = useObservable(useStore().hub);
  const table = peers.get(network.id);
  let online = 0;
  for (const peer of table?.values() ?? []) if (peer.online && peer.enabled) online++;
  return (
    <article className="network-card">
      <div className="network-card__picture"><ModeDiagram mode={network.mode} /></div>
      <div className="network-card__text">
        <h2><Link className="network-card__link" href={`/networks/${network.id}`}><bdi>{network.name}</bdi></Link></h2>
        <p className="network-card__meta"><NetworkState network={network} /><span>{t(`mode.${network.mode}`)}</span></p>
        <p className="network-card__meta mono"><span>{network.interface}</span><span>{network.subnet}</span>{network.subnet6 !== undefined && <span>{network.subnet6}</span>}<span>:{network.listen_port}</span></p>
      </div>
      <p className="network-card__peers"><b>{online}</b> <span>/ {table?.size ?? network.peers}</span><br /><span className="muted">{t("dashboard.online")}</span></p>
    </article>
  );
}
