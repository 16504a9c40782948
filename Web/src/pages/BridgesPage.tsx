import type { FormEvent } from "react";
import { useRef, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Bridge } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { DataTable } from "../components/DataTable";
import { Dialog } from "../components/Dialog";
import { EmptyState } from "../components/EmptyState";
import { Fault } from "../components/Fault";
import { Menu } from "../components/Menu";
import { PageHeader } from "../components/PageHeader";
import { SelectField } from "../components/SelectField";
import { Skeleton } from "../components/Skeleton";
import { TextField } from "../components/TextField";
import { useMay, useNetworks, useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { parseList } from "../lib/lists";

export function BridgesPage() {
  const { t } = useI18n();
  const store = useStore();
  const mayWrite = useMay("operator");
  const networks = useNetworks();
  const { data, error, reload } = useQuery("bridges", () => api.bridges());
  const [editing, setEditing] = useState<Bridge | "new">();
  const [removing, setRemoving] = useState<Bridge>();
  const add = mayWrite && networks.length > 1 && <Button kind="primary" icon="plus" onClick={() => setEditing("new")}>{t("bridge.new")}</Button>;
  const toggle = (bridge: Bridge) => {
    api.updateBridge(bridge.id, { enabled: !bridge.enabled }).then(() => store.queries.invalidate("bridges"), (caught) => store.toasts.add("fault", asApiError(caught).message));
  };
  return (
    <>
      <PageHeader title={t("nav.bridges")} subtitle={t("bridges.subtitle")}>{data !== undefined && data.length > 0 && add}</PageHeader>
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={3} /> : data.length === 0 ? (
        <EmptyState icon="bridge" title={t("bridges.empty.title")} action={add}><p>{t(networks.length > 1 ? "bridges.empty.text" : "bridges.empty.few")}</p></EmptyState>
      ) : (
        <Card flush>
          <DataTable
            caption={t("nav.bridges")} rows={data} rowKey={(row) => row.id} muted={(row) => !row.enabled}
            columns={[
              { id: "networks", title: t("nav.networks"), cell: (row) => <span className="strong"><bdi>{row.network_a}</bdi> {row.direction === "a_to_b" ? "→" : row.direction === "b_to_a" ? "←" : "↔"} <bdi>{row.network_b}</bdi></span> },
              { id: "direction", title: t("bridge.direction"), cell: (row) => t(`bridge.${row.direction}`, { a: row.network_a, b: row.network_b }) },
              { id: "cidrs", title: t("bridge.cidrs"), cell: (row) => (row.allowed_cidrs.length === 0 ? t("bridge.everything") : <span className="mono">{row.allowed_cidrs.join(", ")}</span>) },
              { id: "state", title: t("peer.status"), cell: (row) => <Badge tone={row.enabled ? "good" : "neutral"}>{t(row.enabled ? "form.on" : "form.off")}</Badge> },
              ...(mayWrite ? [{
                id: "act", title: t("peer.actions"), silent: true, end: true,
                cell: (row: Bridge) => (
                  <Menu
                    label={t("bridge.actions", { a: row.network_a, b: row.network_b })}
                    items={[
                      { label: t("action.edit"), icon: "edit", act: () => setEditing(row) },
                      { label: t(row.enabled ? "action.disable" : "action.enable"), icon: "power", act: () => toggle(row) },
                      { label: t("action.delete"), icon: "trash", danger: true, act: () => setRemoving(row) },
                    ]}
                  />
                ),
              }] : []),
            ]}
          />
        </Card>
      )}
      {editing !== undefined && <BridgeForm {...(editing === "new" ? {} : { bridge: editing })} onClose={() => setEditing(undefined)} />}
      {removing !== undefined && (
        <ConfirmDialog
          title={t("bridge.delete.title")} verb={t("action.delete")} onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await api.deleteBridge(removing.id);
            store.queries.invalidate("bridges");
          }}
        ><p>{t("bridge.delete.text", { a: removing.network_a, b: removing.network_b })}</p></ConfirmDialog>
      )}
    </>
  );
}

function BridgeForm({ bridge, onClose }: { readonly bridge?: Bridge; readonly onClose: () => void }) {
  const { t } = useI18n();
  const store = useStore();
  const networks = useNetworks();
  const [a, setA] = useState(bridge?.network_a ?? networks[0]?.name ?? "");
  const [b, setB] = useState(bridge?.network_b ?? networks[1]?.name ?? "");
  const [direction, setDirection] = useState<Bridge["direction"]>(bridge?.direction ?? "bidirectional");
  const [cidrs, setCidrs] = useState(bridge?.allowed_cidrs.join(", ") ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const form = useRef<HTMLFormElement>(null);
  const options = networks.map((network) => ({ value: network.name, label: network.name }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    const fields = { direction, allowed_cidrs: parseList(cidrs) };
    try {
      await (bridge === undefined ? api.createBridge({ network_a: a, network_b: b, ...fields }) : api.updateBridge(bridge.id, fields));
      store.queries.invalidate("bridges");
      onClose();
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t(bridge === undefined ? "bridge.new" : "bridge.edit")} onClose={onClose}
      actions={<><Button onClick={onClose}>{t("action.cancel")}</Button><Button kind="primary" busy={busy} onClick={() => form.current?.requestSubmit()}>{t("action.save")}</Button></>}
    >
      <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <Fault error={error} known={["network_a", "network_b", "direction", "allowed_cidrs"]} />
        <div className="columns">
          <SelectField label={t("bridge.a")} fault={error?.fault("network_a")} value={a} onChange={setA} options={options} disabled={bridge !== undefined} />
          <SelectField label={t("bridge.b")} fault={error?.fault("network_b")} value={b} onChange={setB} options={options} disabled={bridge !== undefined} />
        </div>
        <SelectField label={t("bridge.direction")} fault={error?.fault("direction")} value={direction} onChange={setDirection} options={(["bidirectional", "a_to_b", "b_to_a"] as const).map((value) => ({ value, label: t(`bridge.${value}`, { a, b }) }))} />
        <TextField label={t("bridge.cidrs")} mono fault={error?.fault("allowed_cidrs")} hint={t("bridge.cidrs.hint")} value={cidrs} onChange={setCidrs} />
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
