import { useState } from "react";
import { api } from "../api/api";
import { asApiError } from "../api/ApiError";
import type { Network, PeerChange } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { CopyButton } from "../components/CopyButton";
import { Facts } from "../components/Facts";
import { Menu } from "../components/Menu";
import { Notice } from "../components/Notice";
import { PageHeader } from "../components/PageHeader";
import { Tabs } from "../components/Tabs";
import { useMay, useStore } from "../data/context";
import { navigate } from "../data/router";
import { useI18n } from "../i18n/context";
import type { KeyPair } from "../lib/keys";
import { saveText } from "../lib/save";
import { PeerConfigModal } from "../peers/PeerConfigModal";
import { PeerForm } from "../peers/PeerForm";
import { PeerTable } from "../peers/PeerTable";
import { RuleList } from "../rules/RuleList";
import { LinksCard } from "./LinksCard";
import { ModeDiagram } from "./ModeDiagram";
import { NetworkForm } from "./NetworkForm";
import { NetworkState } from "./NetworkState";

type Tab = "peers" | "settings" | "rules";

export function NetworkDetailPage({ network }: { readonly network: Network }) {
  const i18n = useI18n();
  const { t } = i18n;
  const store = useStore();
  const mayWrite = useMay("operator");
  const mayExport = useMay("admin");
  const [tab, setTab] = useState<Tab>("peers");
  const [open, setOpen] = useState<"add" | "edit" | "delete" | "keys">();
  const [made, setMade] = useState<{ readonly change: PeerChange; readonly keys: KeyPair | undefined }>();

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      store.toasts.add("fault", asApiError(error).message || t("fault.unreachable"));
    }
  };
  const yes = (value: boolean | undefined) => (value === undefined ? undefined : value ? t("form.yes") : t("form.no"));

  return (
    <>
      <PageHeader
        title={network.name} back={[{ href: "/networks", label: t("nav.networks") }]}
        badges={<><NetworkState network={network} /><Badge>{t(`mode.${network.mode}`)}</Badge></>}
        subtitle={<span className="mono">{network.interface} · {network.subnet}{network.subnet6 === undefined ? "" : ` · ${network.subnet6}`} · UDP {network.listen_port}</span>}
      >
        {mayWrite && <>
          <Button kind="primary" icon="plus" onClick={() => setOpen("add")}>{t("peers.add")}</Button>
          <Menu
            label={t("network.actions")} small={false}
            items={[
              { label: t("action.edit"), icon: "edit", act: () => setOpen("edit") },
              {
                label: t(network.enabled ? "action.disable" : "action.enable"), icon: "power",
                act: () => void attempt(async () => {
                  const change = await api.setNetworkEnabled(network.id, !network.enabled);
                  store.merge({ networks: [change.network] });
                }),
              },
              { label: t("network.regenerate"), icon: "key", act: () => setOpen("keys") },
              ...(mayExport ? [{
                label: t("network.export"), icon: "download",
                act: () => void attempt(async () => { const file = await api.exportNetwork(network.id); saveText(file.fileName, file.text); }),
              } as const] : []),
              { label: t("action.delete"), icon: "trash", danger: true, act: () => setOpen("delete") },
            ]}
          />
        </>}
      </PageHeader>
      {network.enabled && network.up === false && <Notice tone="fault"><p>{t("network.down.text")}</p></Notice>}
      <Tabs
        label={network.name} value={tab} onChange={setTab}
        tabs={[{ id: "peers", label: t("peers.title") }, { id: "settings", label: t("network.settings") }, { id: "rules", label: t("nav.rules") }]}
      >
        {tab === "peers" && <PeerTable network={network} onAdd={() => setOpen("add")} />}
        {tab === "rules" && <RuleList owner={{ kind: "network", name: network.name }} />}
        {tab === "settings" && (
          <div className="grid-2">
            <Card title={t("network.settings")} actions={mayWrite && <Button small icon="edit" onClick={() => setOpen("edit")}>{t("action.edit")}</Button>}>
              <Facts facts={[
                [t("network.publicKey"), <span className="with-action" key="key"><code className="mono wrap">{network.public_key}</code><CopyButton small text={() => network.public_key} /></span>],
                [t("network.addresses"), network.addresses.map((address) => <div className="mono" key={address}>{address}</div>)],
                [t("network.port"), network.listen_port],
                [t("network.endpoint"), network.endpoint_host ?? <span className="muted" key="hub">{t("network.endpoint.hub")}</span>],
                [t("network.tunnel"), network.mode === "gateway" && t(`tunnel.${network.tunnel}`)],
                [t("network.customCidrs"), network.custom_cidrs.join(", ")],
                [t("network.dns"), network.dns_servers.join(", ") || <span className="muted" key="dns">{t("form.none")}</span>],
                [t("network.search"), network.search_domains.join(", ")],
                [t("network.mtu"), network.mtu ?? (network.link_mtu === undefined ? undefined : t("network.mtu.auto", { mtu: network.link_mtu }))],
                [t("network.nat"), yes(network.nat)],
                [t("network.talk"), yes(network.peers_may_talk)],
                [t("network.custody"), network.custody !== undefined && t(`custody.${network.custody}`)],
                [t("network.bandwidthDown"), network.bandwidth_down_kbps !== undefined && i18n.rate(network.bandwidth_down_kbps * 125)],
                [t("network.bandwidthUp"), network.bandwidth_up_kbps !== undefined && i18n.rate(network.bandwidth_up_kbps * 125)],
                [t("network.drift"), network.drift_policy !== undefined && t(`drift.${network.drift_policy}`)],
                [t("peer.created"), i18n.date(network.created_at)],
                [t("peer.updated"), i18n.date(network.updated_at)],
              ]} />
            </Card>
            <div className="stack stack--wide">
              <Card title={t(`mode.${network.mode}`)}>
                <ModeDiagram mode={network.mode} />
                <p>{t(`mode.${network.mode}.long`)}</p>
              </Card>
              {mayWrite && <LinksCard network={network} />}
            </div>
          </div>
        )}
      </Tabs>
      {open === "add" && <PeerForm network={network} onClose={() => setOpen(undefined)} onCreated={(change, keys) => setMade({ change, keys })} />}
      {made !== undefined && (
        <PeerConfigModal peer={made.change.peer} configuration={made.change.configuration} privateKey={made.keys?.privateKey} isNew onClose={() => setMade(undefined)} />
      )}
      {open === "edit" && <NetworkForm network={network} onClose={() => setOpen(undefined)} />}
      {open === "keys" && (
        <ConfirmDialog
          title={t("network.regenerate.title", { name: network.name })} verb={t("network.regenerate")} typed={network.name} onClose={() => setOpen(undefined)}
          onConfirm={async () => {
            await api.regenerateKeys(network.id);
            store.toasts.add("done", t("network.regenerated"));
          }}
        ><p>{t("network.regenerate.text")}</p></ConfirmDialog>
      )}
      {open === "delete" && (
        <ConfirmDialog
          title={t("network.delete.title", { name: network.name })} verb={t("action.delete")} typed={network.name} onClose={() => setOpen(undefined)}
          onConfirm={async () => {
            await api.deleteNetwork(network.id);
            navigate("/networks", true);
            store.merge({ removedNetworks: [network.id] });
            store.toasts.add("done", t("network.deleted", { name: network.name }));
          }}
        ><p>{t("network.delete.text", { count: network.peers })}</p></ConfirmDialog>
      )}
    </>
  );
}
