import type { FormEvent } from "react";
import { useRef, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Role, Token } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { DataTable } from "../components/DataTable";
import { Dialog } from "../components/Dialog";
import { EmptyState } from "../components/EmptyState";
import { Fault } from "../components/Fault";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { SecretDialog } from "../components/SecretDialog";
import { SelectField } from "../components/SelectField";
import { Skeleton } from "../components/Skeleton";
import { TextField } from "../components/TextField";
import { useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

const LIFETIMES = ["30", "90", "365", "never"] as const;

export function TokensPage() {
  const { t } = useI18n();
  const store = useStore();
  const { data, error, reload } = useQuery("tokens", () => api.tokens());
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [revoking, setRevoking] = useState<Token>();
  const add = <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>{t("token.new")}</Button>;
  return (
    <>
      <PageHeader title={t("nav.tokens")} subtitle={t("tokens.subtitle")}>{data !== undefined && data.length > 0 && add}</PageHeader>
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={3} /> : data.length === 0 ? <EmptyState icon="key" title={t("tokens.empty")} action={add} /> : (
        <Card flush>
          <DataTable
            caption={t("nav.tokens")} rows={data} rowKey={(row) => row.id} muted={(row) => row.expires_at !== undefined && row.expires_at * 1000 < Date.now()}
            columns={[
              { id: "name", title: t("peer.name"), cell: (row) => <span className="strong"><bdi>{row.name}</bdi></span> },
              { id: "role", title: t("user.role"), cell: (row) => <Badge tone={row.role === "admin" ? "accent" : "neutral"}>{t(`role.${row.role}`)}</Badge> },
              { id: "by", title: t("token.by"), cell: (row) => <><bdi>{row.created_by}</bdi>, <RelativeTime time={row.created_at} /></> },
              { id: "used", title: t("token.used"), cell: (row) => <RelativeTime time={row.last_used_at} /> },
              { id: "expires", title: t("token.expires"), cell: (row) => <RelativeTime time={row.expires_at} /> },
              { id: "act", title: t("peer.actions"), silent: true, end: true, cell: (row) => <Button small kind="danger" aria-label={`${t("action.revoke")}: ${row.name}`} onClick={() => setRevoking(row)}>{t("action.revoke")}</Button> },
            ]}
          />
        </Card>
      )}
      {adding && <TokenForm onClose={() => setAdding(false)} onMade={setSecret} />}
      {secret !== undefined && <SecretDialog title={t("token.made")} secret={secret} onClose={() => setSecret(undefined)} />}
      {revoking !== undefined && (
        <ConfirmDialog
          title={t("token.revoke.title", { name: revoking.name })} verb={t("action.revoke")} onClose={() => setRevoking(undefined)}
          onConfirm={async () => {
            await api.revokeToken(revoking.id);
            store.queries.invalidate("tokens");
          }}
        ><p>{t("token.revoke.text")}</p></ConfirmDialog>
      )}
    </>
  );
}

function TokenForm({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (secret: string) => void }) {
  const { t, tn } = useI18n();
  const store = useStore();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [lifetime, setLifetime] = useState<typeof LIFETIMES[number]>("90");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const made = await api.createToken({ name: name.trim(), role, ...(lifetime === "never" ? {} : { expires_at: Math.floor(Date.now() / 1000) + Number(lifetime) * 86_400 }) });
      store.queries.invalidate("tokens");
      onClose();
      if (made.secret !== undefined) onMade(made.secret);
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("token.new")} onClose={onClose}
      actions={<><Button onClick={onClose}>{t("action.cancel")}</Button><Button kind="primary" busy={busy} onClick={() => form.current?.requestSubmit()}>{t("token.create")}</Button></>}
    >
      <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <Fault error={error} known={["name", "role", "expires_at"]} />
        <TextField label={t("peer.name")} fault={error?.fault("name")} value={name} onChange={setName} placeholder="monitoring" />
        <SelectField label={t("user.role")} fault={error?.fault("role")} hint={t(`role.${role}.hint`)} value={role} onChange={setRole} options={(["viewer", "operator", "admin"] as const).map((value) => ({ value, label: t(`role.${value}`) }))} />
        <SelectField label={t("token.lifetime")} fault={error?.fault("expires_at")} value={lifetime} onChange={setLifetime} options={LIFETIMES.map((value) => ({ value, label: value === "never" ? t("token.forever") : tn("token.days", Number(value)) }))} />
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
