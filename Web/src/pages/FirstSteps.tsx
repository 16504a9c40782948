import type { FormEvent } from "react";
import { useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import { idempotencyKey } from "../api/http";
import type { Network, NetworkMode, PeerChange } from "../api/types";
import { Button } from "../components/Button";
import { ChoiceField } from "../components/ChoiceField";
import { Fault } from "../components/Fault";
import { PageHeader } from "../components/PageHeader";
import { TextField } from "../components/TextField";
import { useNetworks, useQuery, useStore } from "../data/context";
import { navigate } from "../data/router";
import { useI18n } from "../i18n/context";
import { parseList } from "../lib/lists";
import { ModeDiagram } from "../networks/ModeDiagram";
import { PeerConfigModal } from "../peers/PeerConfigModal";

type Step = "endpoint" | "network" | "peer";
const STEPS: readonly Step[] = ["endpoint", "network", "peer"];

/** From an empty hub to a phone that is connected: endpoint, network, peer, scan. */
export function FirstSteps({ onDone }: { readonly onDone: () => void }) {
  const { t } = useI18n();
  const store = useStore();
  const networks = useNetworks();
  const status = useQuery("status", () => api.status());
  const [network, setNetwork] = useState<Network | undefined>(networks[0]);
  const [step, setStep] = useState<Step>(networks.length > 0 ? "peer" : "endpoint");
  const [endpoint, setEndpoint] = useState<string>();
  const [name, setName] = useState("home");
  const [mode, setMode] = useState<NetworkMode>("gateway");
  const [subnet, setSubnet] = useState("10.8.0.0/24");
  const [dns, setDNS] = useState("1.1.1.1");
  const [peerName, setPeerName] = useState("phone");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [made, setMade] = useState<PeerChange>();
  const [keys] = useState(() => ({ network: idempotencyKey(), peer: idempotencyKey() }));
  const host = endpoint ?? status.data?.endpoint_host ?? "";

  const attempt = async (event: FormEvent, work: () => Promise<void>) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  const makeNetwork = (event: FormEvent) => attempt(event, async () => {
    const known = status.data?.endpoint_host === host.trim() && status.data.endpoint_is_guess === false;
    const change = await api.createNetwork({
      name: name.trim(), mode, subnet: subnet.trim(), ...(mode === "gateway" && dns.trim() !== "" ? { dns_servers: parseList(dns) } : {}),
      ...(host.trim() === "" || known ? {} : { endpoint_host: host.trim() }),
    }, keys.network + (error === undefined ? "" : idempotencyKey().slice(0, 8)));
    setNetwork(change.network);
    setStep("peer");
    if (change.sync.pending) store.toasts.add("note", t("sync.pending", { reason: change.sync.reason ?? "" }));
  });
  const makePeer = (event: FormEvent) => attempt(event, async () => {
    if (network === undefined) return;
    const change = await api.createPeer(network.id, { name: peerName.trim() }, keys.peer + (error === undefined ? "" : idempotencyKey().slice(0, 8)));
    store.merge({ networks: [network], peers: [change.peer] });
    store.noteFindings(change.peer.id, change.findings);
    setMade(change);
  });

  return (
    <div className="first">
      <PageHeader title={t("first.title")} subtitle={t("first.subtitle")} />
      <ol className="steps" aria-label={t("first.title")}>
        {STEPS.map((one, index) => (
          <li key={one} className={`step${one === step ? " step--now" : STEPS.indexOf(step) > index ? " step--done" : ""}`} aria-current={one === step ? "step" : undefined}>
            <span className="step__number">{index + 1}</span>{t(`first.${one}`)}
          </li>
        ))}
      </ol>
      <div className="card"><div className="card__body">
        <Fault error={error} known={["name", "mode", "subnet", "dns_servers", "endpoint_host"]} />
        {step === "endpoint" && (
          <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); setStep("network"); }}>
            <p>{t("first.endpoint.text")}</p>
            <TextField label={t("first.endpoint")} mono fault={error?.fault("endpoint_host")} hint={status.data?.endpoint_is_guess === true ? t("first.endpoint.guess") : undefined} value={host} onChange={setEndpoint} placeholder="vpn.example.org" />
            <div className="row-actions"><Button submit kind="primary">{t("action.next")}</Button></div>
          </form>
        )}
        {step === "network" && (
          <form className="stack" noValidate onSubmit={(event) => void makeNetwork(event)}>
            {error?.fault("endpoint_host") !== undefined && <p className="field__fault">{error.fault("endpoint_host")}</p>}
            <div className="columns">
              <TextField label={t("network.name")} fault={error?.fault("name")} value={name} onChange={setName} />
              <TextField label={t("network.subnet")} mono fault={error?.fault("subnet")} value={subnet} onChange={setSubnet} />
            </div>
            <ChoiceField label={t("network.mode")} value={mode} onChange={setMode} choices={(["gateway", "site-to-site", "hub-routed"] as const).map((value) => ({ value, title: t(`mode.${value}`), text: t(`mode.${value}.text`), picture: <ModeDiagram mode={value} /> }))} />
            {mode === "gateway" && <TextField label={t("network.dns")} mono optional={t("form.optional")} hint={t("first.dns")} fault={error?.fault("dns_servers")} value={dns} onChange={setDNS} />}
            <div className="row-actions"><Button onClick={() => setStep("endpoint")}>{t("action.back")}</Button><Button submit kind="primary" busy={busy}>{t("network.create")}</Button></div>
          </form>
        )}
        {step === "peer" && (
          <form className="stack" noValidate onSubmit={(event) => void makePeer(event)}>
            <p>{t("first.peer.text", { network: network?.name ?? "" })}</p>
            <TextField label={t("peer.name")} fault={error?.fault("name")} value={peerName} onChange={setPeerName} />
            <div className="row-actions"><Button submit kind="primary" busy={busy}>{t("peer.create")}</Button></div>
          </form>
        )}
      </div></div>
      {made !== undefined && network !== undefined && (
        <PeerConfigModal
          peer={made.peer} configuration={made.configuration} isNew
          onClose={() => {
            onDone();
            navigate(`/networks/${network.id}/peers/${made.peer.id}`);
          }}
        />
      )}
    </div>
  );
}
