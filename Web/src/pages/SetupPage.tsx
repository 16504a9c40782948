import type { FormEvent } from "react";
import { useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import { Button } from "../components/Button";
import { Fault } from "../components/Fault";
import { TextField } from "../components/TextField";
import { useStore } from "../data/context";
import { navigate } from "../data/router";
import { useI18n } from "../i18n/context";
import { Gate } from "./Gate";

/** Makes the first admin with the code that the hub's machine shows. */
export function SetupPage() {
  const { t } = useI18n();
  const store = useStore();
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const differ = again !== "" && again !== password;
  const setUp = async () => {
    try {
      await api.setup(code.trim(), name.trim(), password);
    } catch (caught) {
      // A hub that started just now looks at no code for a moment: not worth a person's second press.
      const { status, retryAfter } = asApiError(caught);
      if (status !== 429 || retryAfter === undefined || retryAfter > 5000) throw caught;
      await new Promise((resolve) => setTimeout(resolve, retryAfter + 100));
      await api.setup(code.trim(), name.trim(), password);
    }
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || password !== again) return;
    setBusy(true);
    setError(undefined);
    try {
      await setUp();
      setPassword("");
      setAgain("");
      if (window.location.pathname === "/setup") navigate("/", true);
      await store.begin();
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  return (
    <Gate title={t("setup.title")}>
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        <p>{t("setup.text")}</p>
        <Fault error={error} known={["code", "name", "password"]} />
        <TextField label={t("setup.code")} mono autoFocus fault={error?.fault("code")} hint={<>{t("setup.code.hint")} <code className="wrap">sudo wgpilotctl user setup-code</code></>} value={code} onChange={setCode} />
        <TextField label={t("login.name")} name="username" autoComplete="username" autoCapitalize="none" fault={error?.fault("name")} value={name} onChange={setName} />
        <TextField label={t("login.password")} name="new-password" type="password" autoComplete="new-password" hint={t("password.hint")} fault={error?.fault("password")} value={password} onChange={setPassword} />
        <TextField label={t("password.again")} name="new-password-again" type="password" autoComplete="new-password" fault={differ ? t("password.differ") : undefined} value={again} onChange={setAgain} />
        <Button submit kind="primary" busy={busy} disabled={code.trim() === "" || name.trim() === "" || password === "" || password !== again} className="button--wide">{t("setup.verb")}</Button>
      </form>
    </Gate>
  );
}
