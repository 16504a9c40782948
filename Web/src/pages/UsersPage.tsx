import type { FormEvent } from "react";
import { useRef, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Role, User } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { DataTable } from "../components/DataTable";
import { Dialog } from "../components/Dialog";
import { Fault } from "../components/Fault";
import type { MenuItem } from "../components/Menu";
import { Menu } from "../components/Menu";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { SelectField } from "../components/SelectField";
import { Skeleton } from "../components/Skeleton";
import { SwitchField } from "../components/SwitchField";
import { TextField } from "../components/TextField";
import { useObservable, useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

type Open = { readonly kind: "new" } | { readonly kind: "edit" | "password" | "delete" | "totp"; readonly user: User };

export function UsersPage() {
  const { t } = useI18n();
  const store = useStore();
  const session = useObservable(store.session);
  const { data, error, reload } = useQuery("users", () => api.users());
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const me = session.kind === "in" ? session.me.user?.id : undefined;
  const items = (user: User): MenuItem[] => [
    { label: t("action.edit"), icon: "edit", act: () => setOpen({ kind: "edit", user }) },
    { label: t("user.setPassword"), icon: "key", act: () => setOpen({ kind: "password", user }) },
    ...(user.totp_enabled ? [{ label: t("user.resetTotp"), icon: "rule", act: () => setOpen({ kind: "totp", user }) } as const] : []),
    { label: t("action.delete"), icon: "trash", danger: true, act: () => setOpen({ kind: "delete", user }) },
  ];
  return (
    <>
      <PageHeader title={t("nav.users")} subtitle={t("users.subtitle")}><Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "new" })}>{t("user.new")}</Button></PageHeader>
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={3} /> : (
        <Card flush>
          <DataTable
            caption={t("nav.users")} rows={data} rowKey={(row) => row.id} muted={(row) => !row.enabled}
            columns={[
              { id: "name", title: t("peer.name"), cell: (row) => <span><span className="strong"><bdi>{row.name}</bdi></span>{row.id === me && <> <Badge>{t("user.you")}</Badge></>}{row.email !== undefined && row.email !== "" && <><br /><span className="muted">{row.email}</span></>}</span> },
              { id: "role", title: t("user.role"), cell: (row) => <Badge tone={row.role === "admin" ? "accent" : "neutral"}>{t(`role.${row.role}`)}</Badge> },
              { id: "totp", title: t("user.totp"), cell: (row) => (row.totp_enabled ? <Badge tone="good">{t("form.on")}</Badge> : <Badge>{t("form.off")}</Badge>) },
              { id: "state", title: t("peer.status"), cell: (row) => t(row.enabled ? "user.enabled" : "user.disabled") },
              { id: "login", title: t("user.lastLogin"), cell: (row) => <RelativeTime time={row.last_login_at} /> },
              { id: "act", title: t("peer.actions"), silent: true, end: true, cell: (row) => <Menu label={t("peer.action.more", { name: row.name })} items={items(row)} /> },
            ]}
          />
        </Card>
      )}
      {open?.kind === "new" && <UserForm onClose={close} />}
      {open?.kind === "edit" && <UserForm user={open.user} onClose={close} />}
      {open?.kind === "password" && <PasswordForm user={open.user} onClose={close} />}
      {(open?.kind === "delete" || open?.kind === "totp") && (
        <ConfirmDialog
          title={t(open.kind === "delete" ? "user.delete.title" : "user.resetTotp.title", { name: open.user.name })} verb={t(open.kind === "delete" ? "action.delete" : "user.resetTotp")} onClose={close}
          onConfirm={async () => {
            await (open.kind === "delete" ? api.deleteUser(open.user.id) : api.resetTOTP(open.user.id));
            store.queries.invalidate("users");
          }}
        ><p>{t(open.kind === "delete" ? "user.delete.text" : "user.resetTotp.text")}</p></ConfirmDialog>
      )}
    </>
  );
}

function UserForm({ user, onClose }: { readonly user?: User; readonly onClose: () => void }) {
  const { t } = useI18n();
  const store = useStore();
  const [name, setName] = useState(user?.name ?? "");
  const [email, setEmail] = useState(user?.email ?? "");
  const [role, setRole] = useState<Role>(user?.role ?? "operator");
  const [password, setPassword] = useState("");
  const [enabled, setEnabled] = useState(user?.enabled ?? true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await (user === undefined ? api.createUser({ name: name.trim(), role, password, ...(email.trim() === "" ? {} : { email: email.trim() }) }) : api.updateUser(user.id, { role, enabled, email: email.trim() }));
      store.queries.invalidate("users");
      onClose();
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={user === undefined ? t("user.new") : t("user.edit", { name: user.name })} onClose={onClose}
      actions={<><Button onClick={onClose}>{t("action.cancel")}</Button><Button kind="primary" busy={busy} onClick={() => form.current?.requestSubmit()}>{t("action.save")}</Button></>}
    >
      <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <Fault error={error} known={["name", "email", "role", "password"]} />
        {user === undefined && <TextField label={t("peer.name")} fault={error?.fault("name")} value={name} onChange={setName} autoComplete="off" />}
        <TextField label={t("peer.email")} optional={t("form.optional")} type="email" fault={error?.fault("email")} value={email} onChange={setEmail} />
        <SelectField label={t("user.role")} hint={t(`role.${role}.hint`)} fault={error?.fault("role")} value={role} onChange={setRole} options={(["viewer", "operator", "admin"] as const).map((value) => ({ value, label: t(`role.${value}`) }))} />
        {user === undefined && <TextField label={t("login.password")} type="password" autoComplete="new-password" hint={t("password.hint")} fault={error?.fault("password")} value={password} onChange={setPassword} />}
        {user !== undefined && <SwitchField label={t("user.mayLogIn")} checked={enabled} onChange={setEnabled} />}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}

function PasswordForm({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const { t } = useI18n();
  const store = useStore();
  const [password, setPassword] = useState("");
  const [reset, setReset] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await api.setUserPassword(user.id, password, reset);
      store.queries.invalidate("users");
      store.toasts.add("done", t("password.changed"));
      onClose();
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("user.setPassword.title", { name: user.name })} onClose={onClose}
      actions={<><Button onClick={onClose}>{t("action.cancel")}</Button><Button kind="primary" busy={busy} onClick={() => void submit()}>{t("action.save")}</Button></>}
    >
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <Fault error={error} known={["password"]} />
        <p>{t("user.setPassword.text")}</p>
        <TextField label={t("password.new")} type="password" autoComplete="new-password" hint={t("password.hint")} fault={error?.fault("password")} value={password} onChange={setPassword} />
        {user.totp_enabled && <SwitchField label={t("user.resetTotp")} checked={reset} onChange={setReset} />}
      </form>
    </Dialog>
  );
}
