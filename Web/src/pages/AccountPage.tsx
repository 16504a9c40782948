import type { FormEvent } from "react";
import { useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Session } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { DataTable } from "../components/DataTable";
import { Fault } from "../components/Fault";
import { Notice } from "../components/Notice";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { Skeleton } from "../components/Skeleton";
import { SwitchField } from "../components/SwitchField";
import { TextField } from "../components/TextField";
import { useMay, useObservable, useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { SecondFactorCard } from "./SecondFactorCard";

/** The own account: password, second factor, sessions. */
export function AccountPage() {
  const { t } = useI18n();
  const session = useObservable(useStore().session);
  if (session.kind !== "in") return null;
  const { me } = session;
  return (
    <>
      <PageHeader title={t("nav.account")} subtitle={<><bdi>{me.name}</bdi> · {t(`role.${me.role}`)}</>} />
      <div className="stack stack--wide">
        {me.user === undefined ? <Notice><p>{t("account.noUser")}</p></Notice> : <div className="grid-2"><PasswordCard /><SecondFactorCard user={me.user} /></div>}
        <SessionsCard />
      </div>
    </>
  );
}

function PasswordCard() {
  const { t } = useI18n();
  const store = useStore();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await api.changePassword(old, next);
      setOld("");
      setNext("");
      store.queries.invalidate("sessions");
      store.toasts.add("done", t("password.changed"));
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  return (
    <Card title={t("password.title")}>
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <Fault error={error} known={["current_password", "new_password"]} />
        <TextField label={t("password.current")} type="password" autoComplete="current-password" fault={error?.fault("current_password")} value={old} onChange={setOld} />
        <TextField label={t("password.new")} type="password" autoComplete="new-password" hint={t("password.hint")} fault={error?.fault("new_password")} value={next} onChange={setNext} />
        <div><Button submit kind="primary" busy={busy} disabled={old === "" || next === ""}>{t("password.change")}</Button></div>
      </form>
    </Card>
  );
}

function SessionsCard() {
  const { t } = useI18n();
  const store = useStore();
  const mayAll = useMay("admin");
  const [all, setAll] = useState(false);
  const { data, error, reload } = useQuery(`sessions/${all ? "all" : "own"}`, () => api.sessions(all));
  const end = async (work: () => Promise<unknown>) => {
    try {
      await work();
      store.toasts.add("done", t("sessions.ended"));
    } catch (caught) {
      store.toasts.add("fault", asApiError(caught).message);
    }
    reload();
  };
  return (
    <Card title={t("sessions.title")} flush actions={<Button small onClick={() => void end(() => api.endOtherSessions())}>{t("sessions.endOthers")}</Button>}>
      {mayAll && <div className="card__note"><SwitchField label={t("sessions.all")} checked={all} onChange={setAll} /></div>}
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={2} /> : (
        <DataTable<Session>
          caption={t("sessions.title")} rows={data} rowKey={(row) => row.id}
          columns={[
            ...(all ? [{ id: "user", title: t("sessions.user"), cell: (row: Session) => <bdi>{row.user}</bdi> }] : []),
            { id: "agent", title: t("sessions.agent"), cell: (row) => <span className="wrap">{row.user_agent || "–"} {row.current && <Badge tone="good">{t("sessions.this")}</Badge>}</span> },
            { id: "address", title: t("sessions.address"), cell: (row) => <span className="mono">{row.client_address}</span> },
            { id: "used", title: t("sessions.used"), cell: (row) => <RelativeTime time={row.last_used_at} /> },
            { id: "expires", title: t("token.expires"), cell: (row) => <RelativeTime time={Math.min(row.expires_at, row.idle_expires_at)} /> },
            { id: "act", title: t("peer.actions"), silent: true, end: true, cell: (row) => !row.current && <Button small kind="danger" onClick={() => void end(() => api.endSession(row.id))}>{t("sessions.end")}</Button> },
          ]}
        />
      )}
    </Card>
  );
}
