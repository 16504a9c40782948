import type { FormEvent } from "react";
import { useEffect, useRef, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import { idempotencyKey } from "../api/http";
import type { Custody, Network, Peer, PeerChange, PeerFields, PeerRole } from "../api/types";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Fault } from "../components/Fault";
import { Notice } from "../components/Notice";
import { SelectField } from "../components/SelectField";
import { SwitchField } from "../components/SwitchField";
import { TextAreaField } from "../components/TextAreaField";
import { TextField } from "../components/TextField";
import { useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import type { KeyPair } from "../lib/keys";
import { makeKeyPair } from "../lib/keys";
import type { PeerDraft } from "./PeerDraft";
import { changedFields, draftOf, emptyDraft, merged, newFields } from "./PeerDraft";

const SHOWN = [
  "name", "email", "role", "site_networks", "persistent_keepalive", "custody", "public_key", "address", "endpoint", "hub_keepalive", "tunnel", "extra_cidrs", "excluded_cidrs",
  "dns_servers", "search_domains", "mtu", "expires_at", "bandwidth_up_kbps", "bandwidth_down_kbps", "tags", "notes", "preshared_key",
] as const;

const ADVANCED: readonly (typeof SHOWN[number])[] = SHOWN.slice(7);

interface Props {
  readonly network: Network;
  /** The peer to change; absent makes one. */
  readonly peer?: Peer;
  readonly onClose: () => void;
  /** A peer was made; the private key is there where this browser made it. */
  readonly onCreated?: (change: PeerChange, keys: KeyPair | undefined) => void;
}

/** Makes a peer, or changes one. */
export function PeerForm({ network, peer, onClose, onCreated }: Props) {
  const { t } = useI18n();
  const store = useStore();
  const [base, setBase] = useState(peer);
  const [tag, setTag] = useState<string>();
  const [draft, setDraft] = useState<PeerDraft>(() => (peer === undefined ? emptyDraft(network) : draftOf(peer)));
  const [keySource, setKeySource] = useState<"browser" | "paste">("browser");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [advanced, setAdvanced] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // One key for all attempts: where an answer was lost, the peer is not made twice.
  const attempt = useRef<{ readonly body: string; readonly key: string; readonly pair: KeyPair | undefined }>();

  // The form is based on the peer as it is when it opens; who changes it meanwhile is not overwritten.
  useEffect(() => {
    if (peer === undefined) return;
    let current = true;
    api.peer(network.id, peer.id).then(
      (fresh) => {
        if (!current) return;
        setTag(fresh.tag);
        setBase(fresh.value);
        setDraft((typed) => merged(peer, fresh.value, typed));
      },
      (caught) => { if (current) setError(asApiError(caught)); },
    );
    return () => { current = false; };
  }, []);

  const set = <K extends keyof PeerDraft>(name: K) => (value: PeerDraft[K]) => setDraft((old) => ({ ...old, [name]: value }));
  const fault = (name: typeof SHOWN[number]) => error?.fault(name);

  const create = async () => {
    const fields: PeerFields = newFields(draft, network);
    let pair: KeyPair | undefined;
    const body = JSON.stringify(draft) + keySource;
    if (draft.custody === "client" && keySource === "browser") {
      pair = attempt.current?.body === body && attempt.current.pair !== undefined ? attempt.current.pair : await makeKeyPair();
      fields.public_key = pair.publicKey;
    }
    if (attempt.current?.body !== body) attempt.current = { body, key: idempotencyKey(), pair };
    const change = await api.createPeer(network.id, fields, attempt.current.key);
    store.merge({ peers: [change.peer] });
    store.noteFindings(change.peer.id, change.findings);
    if (change.sync.pending) store.toasts.add("note", t("sync.pending", { reason: change.sync.reason ?? "" }));
    onCreated?.(change, pair);
    onClose();
  };

  const update = async (old: Peer) => {
    const fields = changedFields(old, draft);
    if (Object.keys(fields).length === 0) {
      onClose();
      return;
    }
    const change = await api.updatePeer(network.id, old.id, fields, tag ?? (await api.peer(network.id, old.id)).tag);
    store.merge({ peers: [change.peer] });
    store.noteFindings(change.peer.id, change.findings);
    store.toasts.add("done", t("peer.saved", { name: change.peer.name }));
    if (change.sync.pending) store.toasts.add("note", t("sync.pending", { reason: change.sync.reason ?? "" }));
    onClose();
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await (base === undefined ? create() : update(base));
    } catch (caught) {
      const failure = asApiError(caught);
      setError(failure);
      setBusy(false);
      if (ADVANCED.some((name) => failure.fault(name) !== undefined)) setAdvanced(true);
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
    }
  };

  const reload = async () => {
    if (base === undefined) return;
    try {
      const fresh = await api.peer(network.id, base.id);
      store.merge({ peers: [fresh.value] });
      setDraft(merged(base, fresh.value, draft));
      setBase(fresh.value);
      setTag(fresh.tag);
      setError(undefined);
    } catch (caught) {
      setError(asApiError(caught));
    }
  };

  const roles: { value: PeerRole; label: string }[] = [{ value: "client", label: t("peer.role.client") }, { value: "site-gateway", label: t("peer.role.site-gateway") }];
  const custodies: Custody[] = ["held", "once", "client"];

  return (
    <Dialog
      title={base === undefined ? t("peer.new", { network: network.name }) : t("peer.edit", { name: base.name })} onClose={onClose}
      actions={<>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={busy} onClick={() => form.current?.requestSubmit()}>{base === undefined ? t("peer.create") : t("action.save")}</Button>
      </>}
    >
      <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
        {error?.isConflict === true ? (
          <Notice tone="warning" action={<Button small onClick={() => void reload()}>{t("conflict.reload")}</Button>}>
            <p className="strong">{t("conflict.title")}</p><p>{t("conflict.text")}</p>
          </Notice>
        ) : <Fault error={error} known={SHOWN} />}
        <TextField label={t("peer.name")} fault={fault("name")} value={draft.name} onChange={set("name")} placeholder={t("peer.name.example")} data-autofocus required />
        <TextField label={t("peer.email")} optional={t("form.optional")} fault={fault("email")} type="email" value={draft.email} onChange={set("email")} />
        <div className="columns">
          <SelectField label={t("peer.role")} fault={fault("role")} value={draft.role} onChange={set("role")} options={roles} />
          <TextField label={t("peer.keepalive")} fault={fault("persistent_keepalive")} inputMode="numeric" unit={t("unit.seconds")} hint={t("peer.keepalive.hint")} value={draft.persistent_keepalive} onChange={set("persistent_keepalive")} />
        </div>
        {(draft.role === "site-gateway" || draft.site_networks !== "") && (
          <TextAreaField label={t("peer.siteNetworks")} fault={fault("site_networks")} mono rows={2} hint={t("peer.siteNetworks.hint")} value={draft.site_networks} onChange={set("site_networks")} />
        )}
        {base === undefined && (
          <SelectField
            label={t("peer.custody")} fault={fault("custody")} hint={t(`custody.${draft.custody}.hint`)} value={draft.custody} onChange={set("custody")}
            options={custodies.map((value) => ({ value, label: t(`custody.${value}`) }))}
          />
        )}
        {base === undefined && draft.custody === "client" && (
          <SelectField
            label={t("peer.keySource")} value={keySource} onChange={setKeySource}
            options={[{ value: "browser", label: t("peer.keySource.browser") }, { value: "paste", label: t("peer.keySource.paste") }]}
          />
        )}
        {base === undefined && draft.custody === "client" && keySource === "paste" && (
          <TextField label={t("peer.publicKey")} fault={fault("public_key")} mono value={draft.public_key} onChange={set("public_key")} />
        )}
        <details className="advanced" open={advanced} onToggle={(event) => setAdvanced(event.currentTarget.open)}>
          <summary>{t("form.advanced")}</summary>
          <div className="stack">
            <div className="columns">
              <TextField label={t("peer.address")} fault={fault("address")} mono hint={base === undefined ? t("peer.address.hint") : undefined} value={draft.address} onChange={set("address")} />
              <TextField label={t("peer.tags")} fault={fault("tags")} hint={t("hint.list")} value={draft.tags} onChange={set("tags")} />
            </div>
            <div className="columns">
              <TextField label={t("peer.bandwidthDown")} fault={fault("bandwidth_down_kbps")} inputMode="numeric" unit="kbit/s" hint={t("peer.bandwidth.hint")} value={draft.bandwidth_down_kbps} onChange={set("bandwidth_down_kbps")} />
              <TextField label={t("peer.bandwidthUp")} fault={fault("bandwidth_up_kbps")} inputMode="numeric" unit="kbit/s" hint={t("peer.bandwidth.hint")} value={draft.bandwidth_up_kbps} onChange={set("bandwidth_up_kbps")} />
            </div>
            <div className="columns">
              <TextField label={t("peer.expires")} fault={fault("expires_at")} type="datetime-local" hint={t("peer.expires.hint")} value={draft.expires_at} onChange={set("expires_at")} />
              <SelectField
                label={t("network.tunnel")} fault={fault("tunnel")} value={draft.tunnel} onChange={set("tunnel")}
                options={[{ value: "", label: t("form.asNetwork", { value: t(`tunnel.${network.tunnel}`) }) }, { value: "full", label: t("tunnel.full") }, { value: "split", label: t("tunnel.split") }]}
              />
            </div>
            <div className="columns">
              <TextField label={t("peer.extraCidrs")} fault={fault("extra_cidrs")} mono hint={t("peer.extraCidrs.hint")} value={draft.extra_cidrs} onChange={set("extra_cidrs")} />
              <TextField label={t("peer.excludedCidrs")} fault={fault("excluded_cidrs")} mono hint={t("peer.excludedCidrs.hint")} value={draft.excluded_cidrs} onChange={set("excluded_cidrs")} />
            </div>
            <div className="columns">
              <TextField label={t("network.dns")} fault={fault("dns_servers")} mono hint={t("form.emptyAsNetwork")} value={draft.dns_servers} onChange={set("dns_servers")} />
              <TextField label={t("network.search")} fault={fault("search_domains")} mono hint={t("form.emptyAsNetwork")} value={draft.search_domains} onChange={set("search_domains")} />
            </div>
            <div className="columns">
              <TextField label={t("network.mtu")} fault={fault("mtu")} inputMode="numeric" hint={t("form.emptyAsNetwork")} value={draft.mtu} onChange={set("mtu")} />
              <TextField label={t("peer.hubKeepalive")} fault={fault("hub_keepalive")} inputMode="numeric" unit={t("unit.seconds")} hint={t("peer.hubKeepalive.hint")} value={draft.hub_keepalive} onChange={set("hub_keepalive")} />
            </div>
            <TextField label={t("peer.endpoint")} fault={fault("endpoint")} mono hint={t("peer.endpoint.hint")} value={draft.endpoint} onChange={set("endpoint")} />
            {base === undefined && <SwitchField label={t("peer.preshared")} hint={t("peer.preshared.hint")} checked={draft.preshared} onChange={set("preshared")} />}
            {base === undefined && <SwitchField label={t("peer.admit")} hint={t("peer.admit.hint")} checked={draft.enabled} onChange={set("enabled")} />}
            <TextAreaField label={t("peer.notes")} fault={fault("notes")} value={draft.notes} onChange={set("notes")} />
          </div>
        </details>
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
