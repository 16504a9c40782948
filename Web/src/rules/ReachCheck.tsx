import type { FormEvent } from "react";
import { useId, useMemo, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Reach } from "../api/types";
import { Badge } from "../components/Badge";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { Fault } from "../components/Fault";
import { SelectField } from "../components/SelectField";
import { TextField } from "../components/TextField";
import { useObservable, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

/** Asks the hub whether one reaches another, and what decides. */
export function ReachCheck() {
  const { t } = useI18n();
  const hub = useObservable(useStore().hub);
  const list = useId();
  const [source, setSource] = useState("");
  const [destination, setDestination] = useState("");
  const [protocol, setProtocol] = useState<"" | "tcp" | "udp" | "icmp">("");
  const [port, setPort] = useState("");
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Reach>();
  const [error, setError] = useState<ApiError>();
  const names = useMemo(() => [...hub.peers].flatMap(([id, table]) => {
    const network = hub.networks.get(id)?.name ?? "";
    return [...table.values()].slice(0, 500).map((peer) => `${network}/${peer.name}`);
  }).slice(0, 1000), [hub.networks, hub.peers]);

  const ask = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    setAnswer(undefined);
    try {
      setAnswer(await api.reach({
        source: source.trim(), destination: destination.trim(), ...(protocol === "" ? {} : { protocol }),
        ...(port.trim() === "" || (protocol !== "tcp" && protocol !== "udp") ? {} : { port: port.trim() }),
      }));
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  return (
    <Card title={t("reach.title")}>
      <form className="stack" noValidate onSubmit={(event) => void ask(event)}>
        <p className="muted">{t("reach.text")}</p>
        <datalist id={list}>{names.map((name) => <option key={name} value={name} />)}</datalist>
        <div className="columns columns--reach">
          <TextField label={t("reach.source")} list={list} fault={error?.fault("source")} value={source} onChange={setSource} placeholder="office/laptop" />
          <TextField label={t("reach.destination")} list={list} fault={error?.fault("destination")} value={destination} onChange={setDestination} placeholder="10.8.0.3" />
          <SelectField label={t("rule.protocol")} fault={error?.fault("protocol")} value={protocol} onChange={setProtocol} options={[{ value: "", label: t("rule.any") }, { value: "tcp", label: "TCP" }, { value: "udp", label: "UDP" }, { value: "icmp", label: "ICMP" }]} />
          {(protocol === "tcp" || protocol === "udp") && <TextField label={t("reach.port")} inputMode="numeric" fault={error?.fault("port")} value={port} onChange={setPort} />}
        </div>
        <div><Button submit kind="primary" busy={busy} disabled={source.trim() === "" || destination.trim() === ""}>{t("reach.ask")}</Button></div>
        <Fault error={error} known={["source", "destination", "protocol", "port"]} />
        <div role="status">
          {answer !== undefined && (
            <ul className="reach">
              {answer.paths.map((path) => (
                <li key={path.source + path.destination}>
                  <Badge tone={path.allowed ? "good" : "fault"}>{t(path.allowed ? "reach.yes" : "reach.no")}</Badge>
                  <span><span className="mono">{path.source} → {path.destination}</span><br />{path.reason}</span>
                </li>
              ))}
              {answer.notes.map((note) => <li key={note}><Badge tone="warning">{t("reach.note")}</Badge><span>{note}</span></li>)}
            </ul>
          )}
        </div>
      </form>
    </Card>
  );
}
