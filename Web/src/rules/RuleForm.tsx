import type { FormEvent } from "react";
import { useRef, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Rule } from "../api/types";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Fault } from "../components/Fault";
import { SelectField } from "../components/SelectField";
import { SwitchField } from "../components/SwitchField";
import { TextField } from "../components/TextField";
import { useNetworks, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { parseList } from "../lib/lists";
import type { RuleOwner } from "./RuleOwner";
import { ownerOf, ownerText } from "./RuleOwner";

const SHOWN = ["network", "tag", "peer", "action", "destination", "protocol", "ports", "comment", "position"];

export function RuleForm({ rule, owner, onClose }: { readonly rule?: Rule; readonly owner?: RuleOwner; readonly onClose: () => void }) {
  const { t } = useI18n();
  const store = useStore();
  const networks = useNetworks();
  const fixed = rule === undefined ? owner : ownerOf(rule);
  const [kind, setKind] = useState<RuleOwner["kind"]>(fixed?.kind ?? "network");
  const [name, setName] = useState(fixed?.name ?? networks[0]?.name ?? "");
  const [action, setAction] = useState<Rule["action"]>(rule?.action ?? "deny");
  const [destination, setDestination] = useState(rule?.destination ?? "");
  const [protocol, setProtocol] = useState<Rule["protocol"]>(rule?.protocol ?? "any");
  const [ports, setPorts] = useState(rule?.ports.join(", ") ?? "");
  const [comment, setComment] = useState(rule?.comment ?? "");
  const [enabled, setEnabled] = useState(rule?.enabled ?? true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const form = useRef<HTMLFormElement>(null);
  const hasPorts = protocol === "tcp" || protocol === "udp";

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const fields = { action, destination: destination.trim() || "any", protocol, ports: hasPorts ? parseList(ports) : [], comment, enabled };
    try {
      await (rule === undefined ? api.createRule({ ...fields, [kind]: name.trim() }) : api.updateRule(rule.id, fields));
      store.queries.invalidate("rules");
      onClose();
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t(rule === undefined ? "rule.new" : "rule.edit")} onClose={onClose}
      actions={<><Button onClick={onClose}>{t("action.cancel")}</Button><Button kind="primary" busy={busy} onClick={() => form.current?.requestSubmit()}>{t("action.save")}</Button></>}
    >
      <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <Fault error={error} known={SHOWN} />
        {fixed !== undefined ? <p className="strong">{ownerText(fixed, t)}</p> : (
          <div className="columns">
            <SelectField label={t("rule.about")} value={kind} onChange={(value) => { setKind(value); setName(value === "network" ? networks[0]?.name ?? "" : ""); }} options={(["network", "tag", "peer"] as const).map((value) => ({ value, label: t(`rule.kind.${value}`) }))} />
            {kind === "network" ? (
              <SelectField label={t("rule.kind.network")} fault={error?.fault("network")} value={name} onChange={setName} options={networks.map((network) => ({ value: network.name, label: network.name }))} />
            ) : (
              <TextField label={t(`rule.kind.${kind}`)} fault={error?.fault(kind)} value={name} onChange={setName} placeholder={kind === "peer" ? "office/laptop" : "contractors"} />
            )}
          </div>
        )}
        <div className="columns">
          <SelectField label={t("rule.action")} fault={error?.fault("action")} value={action} onChange={setAction} options={[{ value: "deny", label: t("rule.deny") }, { value: "allow", label: t("rule.allow") }]} />
          <TextField label={t("rule.destination")} mono fault={error?.fault("destination")} hint={t("rule.destination.hint")} placeholder="any" value={destination} onChange={setDestination} data-autofocus />
        </div>
        <div className="columns">
          <SelectField label={t("rule.protocol")} fault={error?.fault("protocol")} value={protocol} onChange={setProtocol} options={(["any", "tcp", "udp", "icmp"] as const).map((value) => ({ value, label: value === "any" ? t("rule.any") : value.toUpperCase() }))} />
          {hasPorts && <TextField label={t("rule.ports")} mono fault={error?.fault("ports")} hint={t("rule.ports.hint")} value={ports} onChange={setPorts} />}
        </div>
        <TextField label={t("rule.comment")} fault={error?.fault("comment")} optional={t("form.optional")} value={comment} onChange={setComment} />
        <SwitchField label={t("rule.enabled")} checked={enabled} onChange={setEnabled} />
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
