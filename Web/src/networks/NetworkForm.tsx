import type { FormEvent } from "react";
import { useEffect, useRef, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import { idempotencyKey } from "../api/http";
import type { Network, NetworkMode } from "../api/types";
import { Button } from "../components/Button";
import { ChoiceField } from "../components/ChoiceField";
import { Dialog } from "../components/Dialog";
import { Fault } from "../components/Fault";
import { Notice } from "../components/Notice";
import { SelectField } from "../components/SelectField";
import { SwitchField } from "../components/SwitchField";
import { TextField } from "../components/TextField";
import { useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { ModeDiagram } from "./ModeDiagram";
import type { NetworkDraft } from "./NetworkDraft";
import { changedNetworkFields, emptyNetwork, mergedNetwork, networkDraft, newNetworkFields } from "./NetworkDraft";

const MODES: readonly NetworkMode[] = ["gateway", "site-to-site", "hub-routed"];
const SHOWN = [
  "name", "mode", "subnet", "subnet6", "listen_port", "dns_servers", "search_domains", "mtu", "endpoint_host", "tunnel", "custom_cidrs", "nat", "peers_may_talk", "drift_policy", "custody", "bandwidth_up_kbps", "bandwidth_down_kbps",
] as const;

/** Makes a network, or changes one; a change shows first what it would do, and can be undone by itself. */
export function NetworkForm({ network, onClose, onSaved }: {
  readonly network?: Network;
  readonly onClose: () => void;
  readonly onSaved?: (network: Network) => void;
}) {
  const { t } = useI18n();
  const store = useStore();
  const [base, setBase] = useState(network);
  const [draft, setDraft] = useState<NetworkDraft>(() => (network === undefined ? emptyNetwork : networkDraft(network)));
  const [tag, setTag] = useState<string>();
  const [plan, setPlan] = useState<readonly string[]>();
  const [confirm, setConfirm] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const form = useRef<HTMLFormElement>(null);
  const key = useRef(idempotencyKey());
  useEffect(() => {
    if (network === undefined) return;
    let current = true;
    api.network(network.id).then(
      (fresh) => {
        if (!current) return;
        setTag(fresh.tag);
        setBase(fresh.value);
        setDraft((typed) => mergedNetwork(network, fresh.value, typed));
      },
      (caught) => { if (current) setError(asApiError(caught)); },
    );
    return () => { current = false; };
  }, []);
  const set = <K extends keyof NetworkDraft>(name: K) => (value: NetworkDraft[K]) => {
    setPlan(undefined);
    key.current = idempotencyKey();
    setDraft((old) => ({ ...old, [name]: value }));
  };
  const fault = (name: typeof SHOWN[number]) => error?.fault(name);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      if (base === undefined) {
        const change = await api.createNetwork(newNetworkFields(draft), key.current);
        store.merge({ networks: [change.network] });
        if (change.sync.pending) store.toasts.add("note", t("sync.pending", { reason: change.sync.reason ?? "" }));
        store.toasts.add("done", t("network.created", { name: change.network.name }));
        onSaved?.(change.network);
        onClose();
      } else if (plan === undefined) {
        const fields = changedNetworkFields(base, draft);
        if (Object.keys(fields).length === 0) {
          onClose();
          return;
        }
        setPlan((await api.updateNetwork(base.id, fields, tag ?? "", { dryRun: true })).plan ?? []);
        setBusy(false);
        return;
      } else {
        const change = await api.updateNetwork(base.id, changedNetworkFields(base, draft), tag ?? "", confirm ? { confirmWithin: 60 } : {});
        store.merge({ networks: [change.network] });
        store.queries.invalidate("pending");
        if (change.sync.pending) store.toasts.add("note", t("sync.pending", { reason: change.sync.reason ?? "" }));
        store.toasts.add("done", t("network.saved", { name: change.network.name }));
        onClose();
      }
    } catch (caught) {
      setError(asApiError(caught));
      setPlan(undefined);
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
    }
    setBusy(false);
  };
  const reload = async () => {
    if (base === undefined) return;
    try {
      const fresh = await api.network(base.id);
      store.merge({ networks: [fresh.value] });
      setDraft(mergedNetwork(base, fresh.value, draft));
      setBase(fresh.value);
      setTag(fresh.tag);
      setError(undefined);
    } catch (caught) {
      setError(asApiError(caught));
    }
  };
  const yesNo = (mode: string) => [{ value: "", label: mode }, { value: "yes", label: t("form.yes") }, { value: "no", label: t("form.no") }] as const;

  return (
    <Dialog
      title={base === undefined ? t("network.new") : t("network.edit", { name: base.name })} wide onClose={onClose}
      actions={<>
        <Button onClick={plan === undefined ? onClose : () => setPlan(undefined)}>{plan === undefined ? t("action.cancel") : t("action.back")}</Button>
        <Button kind="primary" busy={busy} onClick={() => form.current?.requestSubmit()}>{base === undefined ? t("network.create") : plan === undefined ? t("plan.preview") : t("plan.apply")}</Button>
      </>}
    >
      <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
        {error?.isConflict === true ? (
          <Notice tone="warning" action={<Button small onClick={() => void reload()}>{t("conflict.reload")}</Button>}><p className="strong">{t("conflict.title")}</p><p>{t("conflict.text")}</p></Notice>
        ) : <Fault error={error} known={SHOWN} />}
        {plan !== undefined ? <>
          <p>{plan.length === 0 ? t("plan.nothing") : t("plan.title")}</p>
          {plan.length > 0 && <pre className="code plan" tabIndex={0}>{plan.join("\n")}</pre>}
          <SwitchField label={t("plan.confirm")} hint={t("plan.confirm.hint")} checked={confirm} onChange={setConfirm} />
        </> : <>
          <TextField label={t("network.name")} fault={fault("name")} value={draft.name} onChange={set("name")} placeholder={t("network.name.example")} data-autofocus required />
          <ChoiceField
            label={t("network.mode")} value={draft.mode} onChange={set("mode")}
            choices={MODES.map((mode) => ({ value: mode, title: t(`mode.${mode}`), text: t(`mode.${mode}.text`), picture: <ModeDiagram mode={mode} /> }))}
          />
          <div className="columns">
            <TextField label={t("network.subnet")} mono fault={fault("subnet")} value={draft.subnet} onChange={set("subnet")} {...(base !== undefined && base.peers > 0 ? { hint: t("network.subnet.fixed"), readOnly: true } : {})} />
            <TextField label={t("network.subnet6")} mono optional={t("form.optional")} fault={fault("subnet6")} hint={t("network.subnet6.hint")} value={draft.subnet6} onChange={set("subnet6")} />
          </div>
          <div className="columns">
            <TextField label={t("network.port")} inputMode="numeric" fault={fault("listen_port")} hint={t("network.port.hint")} value={draft.listen_port} onChange={set("listen_port")} placeholder="51820" />
            <TextField label={t("network.dns")} mono optional={t("form.optional")} fault={fault("dns_servers")} hint={t("hint.list")} value={draft.dns_servers} onChange={set("dns_servers")} />
          </div>
          {draft.mode === "gateway" && (
            <div className="columns">
              <SelectField label={t("network.tunnel")} fault={fault("tunnel")} hint={t(`tunnel.${draft.tunnel}.hint`)} value={draft.tunnel} onChange={set("tunnel")} options={[{ value: "full", label: t("tunnel.full") }, { value: "split", label: t("tunnel.split") }]} />
              {draft.tunnel === "split" && <TextField label={t("network.customCidrs")} mono fault={fault("custom_cidrs")} hint={t("network.customCidrs.hint")} value={draft.custom_cidrs} onChange={set("custom_cidrs")} />}
            </div>
          )}
          <SelectField label={t("network.custody")} fault={fault("custody")} hint={t(`custody.${draft.custody}.hint`)} value={draft.custody} onChange={set("custody")} options={(["held", "once", "client"] as const).map((value) => ({ value, label: t(`custody.${value}`) }))} />
          <details className="advanced">
            <summary>{t("form.advanced")}</summary>
            <div className="stack">
              <div className="columns">
                <TextField label={t("network.endpoint")} mono fault={fault("endpoint_host")} hint={t("network.endpoint.hint")} value={draft.endpoint_host} onChange={set("endpoint_host")} />
                <TextField label={t("network.search")} mono fault={fault("search_domains")} hint={t("hint.list")} value={draft.search_domains} onChange={set("search_domains")} />
              </div>
              <div className="columns">
                <SelectField label={t("network.nat")} fault={fault("nat")} hint={t("network.nat.hint")} value={draft.nat} onChange={set("nat")} options={base === undefined ? yesNo(t("form.byMode")) : yesNo("–").slice(draft.nat === "" ? 0 : 1)} />
                <SelectField label={t("network.talk")} fault={fault("peers_may_talk")} value={draft.peers_may_talk} onChange={set("peers_may_talk")} options={base === undefined ? yesNo(t("form.byMode")) : yesNo("–").slice(draft.peers_may_talk === "" ? 0 : 1)} />
              </div>
              <div className="columns">
                <TextField label={t("network.mtu")} inputMode="numeric" fault={fault("mtu")} placeholder="1420" value={draft.mtu} onChange={set("mtu")} />
                <SelectField label={t("network.drift")} fault={fault("drift_policy")} hint={t("network.drift.hint")} value={draft.drift_policy} onChange={set("drift_policy")} options={[{ value: "repair", label: t("drift.repair") }, { value: "report", label: t("drift.report") }]} />
              </div>
              <div className="columns">
                <TextField label={t("network.bandwidthDown")} fault={fault("bandwidth_down_kbps")} inputMode="numeric" unit="kbit/s" hint={t("network.bandwidth.hint")} value={draft.bandwidth_down_kbps} onChange={set("bandwidth_down_kbps")} />
                <TextField label={t("network.bandwidthUp")} fault={fault("bandwidth_up_kbps")} inputMode="numeric" unit="kbit/s" hint={t("network.bandwidth.hint")} value={draft.bandwidth_up_kbps} onChange={set("bandwidth_up_kbps")} />
              </div>
              {base === undefined && <SwitchField label={t("network.start")} checked={draft.enabled} onChange={set("enabled")} />}
            </div>
          </details>
        </>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
