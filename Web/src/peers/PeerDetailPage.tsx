import { useEffect } from "react";
import { api } from "../api/api";
import { asApiError } from "../api/ApiError";
import type { Network } from "../api/types";
import { AuditList } from "../components/AuditList";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { CopyButton } from "../components/CopyButton";
import { EmptyState } from "../components/EmptyState";
import { Facts } from "../components/Facts";
import { Findings } from "../components/Findings";
import { Link } from "../components/Link";
import { Menu } from "../components/Menu";
import { Notice } from "../components/Notice";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { Skeleton } from "../components/Skeleton";
import { StatusDot } from "../components/StatusDot";
import { useMay, useNow, useObservable, usePeer, useStore } from "../data/context";
import { navigate } from "../data/router";
import { useI18n } from "../i18n/context";
import { peerState } from "../lib/peers";
import { ConnectionsCard } from "./ConnectionsCard";
import { HistoryChart } from "./HistoryChart";
import { LimitsCard } from "./LimitsCard";
import { SessionsCard } from "./SessionsCard";
import { usePeerActions } from "./usePeerActions";

/** All about one peer. */
export function PeerDetailPage({ network, id }: { readonly network: Network; readonly id: number }) {
  const i18n = useI18n();
  const { t } = i18n;
  const store = useStore();
  const { complete } = useObservable(store.hub);
  const peer = usePeer(network.id, id);
  const mayWrite = useMay("operator");
  const mayAudit = useMay("admin");
  const findings = useObservable(store.findings).get(id) ?? [];
  const actions = usePeerActions(network, () => navigate(`/networks/${network.id}`, true));
  useNow(1);

  // Whether the client must import again is told of one peer alone.
  const updated = peer?.updated_at;
  const there = peer !== undefined;
  useEffect(() => {
    if (!there) return;
    let current = true;
    api.peer(network.id, id).then(
      (fresh) => { if (current) store.merge({ peers: [fresh.value] }); },
      (caught) => { if (current && asApiError(caught).status === 401) void store.checkSession(); },
    );
    return () => { current = false; };
  }, [network.id, id, updated, network.updated_at, there]);

  if (peer === undefined) {
    return complete ? <EmptyState isPage icon="user" title={t("peer.gone")} action={<Link className="button button--plain" href={`/networks/${network.id}`}>{network.name}</Link>} /> : <Skeleton rows={8} />;
  }
  const state = peerState(peer);
  const rate = store.rateOf(peer.id);
  return (
    <>
      <PageHeader
        title={peer.name} back={[{ href: "/networks", label: t("nav.networks") }, { href: `/networks/${network.id}`, label: network.name }]}
        badges={<><StatusDot state={state} label />{peer.role === "site-gateway" && <Badge tone="accent">{t("peer.role.site-gateway")}</Badge>}{peer.tags.map((tag) => <Badge key={tag}>{tag}</Badge>)}</>}
      >
        {mayWrite && <>
          <Button kind="primary" icon="qr" onClick={() => actions.showConfig(peer)}>{t("peer.config")}</Button>
          <Button icon="edit" onClick={() => actions.edit(peer)}>{t("action.edit")}</Button>
          <Menu label={t("peer.action.more", { name: peer.name })} items={actions.items(peer).slice(2)} small={false} />
        </>}
      </PageHeader>
      <div className="stack stack--wide">
        {peer.config_stale === true && (
          <Notice tone="warning" action={mayWrite && <Button small onClick={() => actions.showConfig(peer)}>{t("peer.config")}</Button>}>
            <p className="strong">{t("peer.stale")}</p><p>{t("peer.stale.text")}</p>
          </Notice>
        )}
        {peer.pending_public_key !== undefined && <Notice><p>{t("rotate.prepared", { time: peer.keys_change_at === undefined ? "" : i18n.date(peer.keys_change_at) })}</p></Notice>}
        {state === "expired" && <Notice tone="warning"><p>{t("peer.expired.text")}</p></Notice>}
        <Findings findings={findings} />
        <div className="tiles">
          <div className="tile"><span className="tile__name">{t("peer.rateRx")}</span><b className="tile__value">{i18n.rate(rate.rx)}</b><span className="tile__note">{t("peer.total", { bytes: i18n.bytes(peer.transfer_rx) })}</span></div>
          <div className="tile"><span className="tile__name">{t("peer.rateTx")}</span><b className="tile__value">{i18n.rate(rate.tx)}</b><span className="tile__note">{t("peer.total", { bytes: i18n.bytes(peer.transfer_tx) })}</span></div>
          <div className="tile"><span className="tile__name">{t("peer.handshake")}</span><b className="tile__value"><RelativeTime time={peer.last_handshake} /></b><span className="tile__note mono">{peer.endpoint || peer.last_endpoint}</span></div>
        </div>
        <HistoryChart peer={peer} />
        <div className="grid-2">
          <Card title={t("peer.facts")}>
            <Facts facts={[
              [t("peer.addresses"), peer.addresses.map((address) => <div key={address} className="mono">{address}</div>)],
              [t("peer.siteNetworks"), peer.site_networks !== "" && peer.site_networks.split(",").map((block) => <div key={block} className="mono">{block}</div>)],
              [t("peer.email"), peer.email],
              [t("peer.publicKey"), <span className="with-action" key="key"><code className="mono wrap">{peer.public_key}</code><CopyButton small text={() => peer.public_key} /></span>],
              [t("peer.custody"), t(`custody.${peer.custody}`)],
              [t("peer.presharedKey"), peer.has_preshared_key ? t("form.yes") : t("form.no")],
              [t("peer.endpoint"), <span className="mono" key="endpoint">{peer.endpoint}</span>],
              [t("network.tunnel"), peer.tunnel !== undefined && t(`tunnel.${peer.tunnel}`)],
              [t("peer.extraCidrs"), peer.extra_cidrs.join(", ")],
              [t("peer.excludedCidrs"), peer.excluded_cidrs.join(", ")],
              [t("network.dns"), peer.dns_servers?.join(", ")],
              [t("network.mtu"), peer.mtu],
              [t("peer.expires"), peer.expires_at !== undefined && <RelativeTime time={peer.expires_at} />],
              [t("peer.notes"), peer.notes !== "" && <span className="pre">{peer.notes}</span>],
              [t("peer.created"), i18n.date(peer.created_at)],
              [t("peer.updated"), i18n.date(peer.updated_at)],
              [t("peer.fetched"), peer.config_fetched_at === undefined ? t("time.never") : <RelativeTime time={peer.config_fetched_at} />],
            ]} />
          </Card>
          <div className="stack stack--wide">
            <LimitsCard network={network} peer={peer} />
            <Card title={t("keepalive.title")}>
              <Facts facts={[
                [t("keepalive.client"), peer.persistent_keepalive === 0 ? t("form.off") : t("keepalive.every", { seconds: peer.persistent_keepalive })],
                [t("keepalive.hub"), peer.hub_keepalive === 0 ? t("form.off") : t("keepalive.every", { seconds: peer.hub_keepalive })],
                [t("keepalive.kernel"), peer.kernel_keepalive === undefined ? t("keepalive.absent") : peer.kernel_keepalive === 0 ? t("form.off") : t("keepalive.every", { seconds: peer.kernel_keepalive })],
              ]} />
            </Card>
          </div>
        </div>
        <SessionsCard peer={peer} />
        {mayWrite && <ConnectionsCard peer={peer} />}
        {mayAudit && <Card title={t("audit.ofPeer")} flush><AuditList target={`${network.name}/${peer.name}`} limit={20} compact /></Card>}
      </div>
      {actions.dialogs}
    </>
  );
}
