import { useState } from "react";
import { api } from "../api/api";
import { asApiError } from "../api/ApiError";
import type { DriftFinding } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { Fault } from "../components/Fault";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { Skeleton } from "../components/Skeleton";
import { useMay, useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

/** How the machine stands, what drifted and what was repaired. */
export function DoctorPage() {
  const { t, tn } = useI18n();
  const store = useStore();
  const mayWrite = useMay("operator");
  const { data, error, loading, reload } = useQuery("doctor", () => api.doctor());
  const [busy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (caught) {
      store.toasts.add("fault", asApiError(caught).message);
    }
    setBusy(false);
    reload();
  };
  const resolve = (finding: DriftFinding, action: "adopt" | "restore" | "ignore" | "heed") => void attempt(async () => { await api.resolveDrift(finding, action); });
  return (
    <>
      <PageHeader title={t("nav.doctor")} subtitle={t("doctor.subtitle")}>
        <Button icon="refresh" busy={loading} onClick={reload}>{t("action.refresh")}</Button>
        {mayWrite && (
          <Button
            kind="primary" busy={busy}
            onClick={() => void attempt(async () => {
              const done = await api.reconcile();
              store.toasts.add("done", done.steps.length === 0 ? t("doctor.inStep") : tn("doctor.steps", done.steps.length));
            })}
          >{t("doctor.reconcile")}</Button>
        )}
      </PageHeader>
      <Fault error={error} onRetry={reload} />
      {data === undefined ? error === undefined && <Skeleton rows={6} /> : (
        <div className="stack stack--wide">
          <Card title={t("doctor.checks")} flush>
            <ul className="checks">
              {data.checks.map((check) => (
                <li key={check.name + check.message}>
                  <Badge tone={check.result === "ok" ? "good" : check.result === "warning" ? "warning" : "fault"}>{t(`doctor.${check.result}`)}</Badge>
                  <span><span className="strong">{check.name}</span><br />{check.message}</span>
                </li>
              ))}
            </ul>
          </Card>
          <Card title={t("doctor.drift")}>
            {data.findings.length === 0 ? <p className="muted">{t("doctor.noDrift")}</p> : (
              <ul className="drift">
                {data.findings.map((finding) => (
                  <li key={finding.network + finding.item}>
                    <div><span className="strong">{finding.network}</span> <code className="wrap">{finding.item}</code> {finding.ignored && <Badge>{t("drift.ignored")}</Badge>}<br />{finding.message} <span className="muted">· <RelativeTime time={finding.found_at} /></span></div>
                    {mayWrite && (
                      <div className="row-actions">
                        <Button small onClick={() => resolve(finding, "restore")}>{t("drift.restore")}</Button>
                        {finding.can_adopt && <Button small onClick={() => resolve(finding, "adopt")}>{t("drift.adopt")}</Button>}
                        <Button small kind="quiet" onClick={() => resolve(finding, finding.ignored ? "heed" : "ignore")}>{t(finding.ignored ? "drift.heed" : "drift.ignore")}</Button>
                      </div>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </Card>
          {data.repairs.length > 0 && (
            <Card title={t("doctor.repairs")}>
              <ul className="drift">
                {[...data.repairs].reverse().map((repair, index) => (
                  <li key={index}><div><span className="strong">{repair.place}</span> <span className="muted">· <RelativeTime time={repair.repaired_at} /></span><ul>{repair.steps.map((step) => <li key={step}>{step}</li>)}</ul></div></li>
                ))}
              </ul>
            </Card>
          )}
          {data.foreign_interfaces.length > 0 && <Card title={t("doctor.foreign")}><p>{t("doctor.foreign.text")}</p><p className="mono">{data.foreign_interfaces.join(", ")}</p></Card>}
          {data.settings_changed.length > 0 && <Card title={t("doctor.settings")}><ul>{data.settings_changed.map((line) => <li key={line} className="mono">{line}</li>)}</ul></Card>}
        </div>
      )}
    </>
  );
}
