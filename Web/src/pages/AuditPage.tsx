import { useDeferredValue, useState } from "react";
import { api } from "../api/api";
import { asApiError } from "../api/ApiError";
import type { AuditVerdict } from "../api/types";
import { AuditList } from "../components/AuditList";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { Notice } from "../components/Notice";
import { PageHeader } from "../components/PageHeader";
import { SelectField } from "../components/SelectField";
import { TextField } from "../components/TextField";
import { useStore } from "../data/context";
import { useI18n } from "../i18n/context";

export function AuditPage() {
  const { t } = useI18n();
  const store = useStore();
  const [text, setText] = useState("");
  const [actor, setActor] = useState("");
  const [result, setResult] = useState<"" | "OK" | "failed" | "refused">("");
  const [verdict, setVerdict] = useState<AuditVerdict>();
  const [busy, setBusy] = useState(false);
  const wanted = useDeferredValue(text);
  const who = useDeferredValue(actor);
  const verify = async () => {
    setBusy(true);
    try {
      setVerdict(await api.verifyAudit());
    } catch (caught) {
      store.toasts.add("fault", asApiError(caught).message);
    }
    setBusy(false);
  };
  return (
    <>
      <PageHeader title={t("nav.audit")} subtitle={t("audit.subtitle")}><Button icon="rule" busy={busy} onClick={() => void verify()}>{t("audit.verify")}</Button></PageHeader>
      <div className="stack">
        <div role="status">
          {verdict !== undefined && (
            <Notice tone={verdict.intact ? "good" : "fault"}>
              <p className="strong">{verdict.intact ? t("audit.intact", { count: verdict.sequence }) : t("audit.broken", { sequence: verdict.first_bad ?? 0 })}</p>
              <p>{verdict.intact ? <code className="wrap">{verdict.hash}</code> : verdict.problem}</p>
            </Notice>
          )}
        </div>
        <div className="filters">
          <TextField label={t("audit.text")} value={text} onChange={setText} type="search" />
          <TextField label={t("audit.actor")} value={actor} onChange={setActor} />
          <SelectField label={t("audit.result")} value={result} onChange={setResult} options={[{ value: "", label: t("audit.result.all") }, { value: "OK", label: t("audit.result.ok") }, { value: "failed", label: t("audit.result.failed") }, { value: "refused", label: t("audit.result.refused") }]} />
        </div>
        <Card flush>
          <AuditList {...(wanted.trim() === "" ? {} : { text: wanted.trim() })} {...(who.trim() === "" ? {} : { actor: who.trim() })} {...(result === "" ? {} : { result })} />
        </Card>
      </div>
    </>
  );
}
