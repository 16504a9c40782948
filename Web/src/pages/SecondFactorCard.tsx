import type { FormEvent } from "react";
import { useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { User } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { Fault } from "../components/Fault";
import { Notice } from "../components/Notice";
import { QrCode } from "../components/QrCode";
import { SecretDialog } from "../components/SecretDialog";
import { TextField } from "../components/TextField";
import { useStore } from "../data/context";
import { useI18n } from "../i18n/context";

/** Switches the own second factor on and off. */
export function SecondFactorCard({ user }: { readonly user: User }) {
  const { t, tn } = useI18n();
  const store = useStore();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [enrolment, setEnrolment] = useState<{ readonly secret: string; readonly uri: string }>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();

  const attempt = async (event: FormEvent | undefined, work: () => Promise<void>) => {
    event?.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await work();
      await store.checkSession();
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  const begin = (event: FormEvent) => attempt(event, async () => {
    setEnrolment(await api.enrolTOTP(password));
    setPassword("");
  });
  const confirm = (event: FormEvent) => attempt(event, async () => {
    const answer = await api.confirmTOTP(code.trim());
    setCodes(answer.recovery_codes);
    setEnrolment(undefined);
    setCode("");
  });
  const disable = () => attempt(undefined, async () => {
    await api.disableTOTP(password);
    setPassword("");
    store.toasts.add("done", t("totp.off"));
  });
  const renew = () => attempt(undefined, async () => {
    setCodes((await api.recoveryCodes(password)).recovery_codes);
    setPassword("");
  });

  return (
    <Card title={t("totp.title")} actions={<Badge tone={user.totp_enabled ? "good" : "neutral"}>{t(user.totp_enabled ? "form.on" : "form.off")}</Badge>}>
      <div className="stack">
        <Fault error={error} known={["password", "code"]} />
        {enrolment !== undefined ? (
          <form className="stack" noValidate onSubmit={(event) => void confirm(event)}>
            <p>{t("totp.scan")}</p>
            <div className="config__qr"><QrCode text={enrolment.uri} label={t("totp.title")} /></div>
            <p className="field__hint">{t("totp.type")} <code className="wrap">{enrolment.secret}</code></p>
            <TextField label={t("login.code")} inputMode="numeric" autoComplete="one-time-code" fault={error?.fault("code")} value={code} onChange={setCode} />
            <div><Button submit kind="primary" busy={busy} disabled={code.trim() === ""}>{t("totp.confirm")}</Button></div>
          </form>
        ) : user.totp_enabled ? (
          <>
            <p>{tn("totp.left", user.recovery_codes_left)}</p>
            {user.recovery_codes_left < 3 && <Notice tone="warning"><p>{t("totp.few")}</p></Notice>}
            <TextField label={t("login.password")} type="password" autoComplete="current-password" hint={t("totp.password")} fault={error?.fault("password")} value={password} onChange={setPassword} />
            <div className="row-actions"><Button busy={busy} disabled={password === ""} onClick={() => void renew()}>{t("totp.renew")}</Button><Button kind="danger" busy={busy} disabled={password === ""} onClick={() => void disable()}>{t("totp.disable")}</Button></div>
          </>
        ) : (
          <form className="stack" noValidate onSubmit={(event) => void begin(event)}>
            <p>{t("totp.text")}</p>
            <TextField label={t("login.password")} type="password" autoComplete="current-password" hint={t("totp.password")} fault={error?.fault("password")} value={password} onChange={setPassword} />
            <div><Button submit kind="primary" busy={busy} disabled={password === ""}>{t("totp.enable")}</Button></div>
          </form>
        )}
      </div>
      {codes !== undefined && <SecretDialog title={t("totp.codes")} secret={codes.join("\n")} onClose={() => setCodes(undefined)} />}
    </Card>
  );
}
