import type { FormEvent } from "react";
import { useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Challenge } from "../api/types";
import { Button } from "../components/Button";
import { Fault } from "../components/Fault";
import { Notice } from "../components/Notice";
import { TextField } from "../components/TextField";
import { useNow, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { Gate } from "./Gate";

export function LoginPage({ expired }: { readonly expired: boolean }) {
  const { t, tn } = useI18n();
  const store = useStore();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [challenge, setChallenge] = useState<Challenge>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [waitUntil, setWaitUntil] = useState(0);
  const wait = Math.max(0, Math.ceil(waitUntil - useNow(1)));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || wait > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const answer = challenge === undefined ? await api.login(name.trim(), password) : await api.continueLogin(challenge.secret, code.trim());
      if ("challenge" in answer) {
        // The same question again means that the code was wrong.
        if (challenge !== undefined) setCode("");
        setChallenge(answer.challenge);
      } else {
        setPassword("");
        await store.begin();
        return;
      }
    } catch (caught) {
      const failure = asApiError(caught);
      setError(failure);
      if (failure.retryAfter !== undefined && failure.status === 429) setWaitUntil(Date.now() / 1000 + failure.retryAfter / 1000);
      if (failure.code === "bad_challenge") {
        setChallenge(undefined);
        setCode("");
      }
    }
    setBusy(false);
  };
  return (
    <Gate title={t(challenge === undefined ? "login.title" : "login.second")}>
      <form className="stack" noValidate onSubmit={(event) => void submit(event)}>
        {expired && error === undefined && challenge === undefined && <Notice><p>{t("login.expired")}</p></Notice>}
        <Fault error={error} />
        {challenge === undefined ? <>
          <TextField key="name" label={t("login.name")} name="username" autoComplete="username" autoCapitalize="none" autoFocus value={name} onChange={setName} />
          <TextField key="password" label={t("login.password")} name="password" type="password" autoComplete="current-password" value={password} onChange={setPassword} />
        </> : <>
          <p>{t("login.second.text")}</p>
          <TextField key="code" label={t("login.code")} name="code" autoComplete="one-time-code" autoFocus value={code} onChange={setCode} hint={tn("login.attempts", challenge.attempts_left)} />
        </>}
        <Button submit kind="primary" busy={busy} disabled={wait > 0} className="button--wide">{wait > 0 ? tn("login.wait", wait) : t("login.verb")}</Button>
        {challenge !== undefined && <Button kind="quiet" onClick={() => { setChallenge(undefined); setError(undefined); setCode(""); }}>{t("action.back")}</Button>}
      </form>
    </Gate>
  );
}
