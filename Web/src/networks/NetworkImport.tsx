import type { ChangeEvent, FormEvent } from "react";
import { useRef, useState } from "react";
import type { ApiError } from "../api/ApiError";
import { asApiError } from "../api/ApiError";
import { api } from "../api/api";
import type { Network } from "../api/types";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Fault } from "../components/Fault";
import { SelectField } from "../components/SelectField";
import { TextAreaField } from "../components/TextAreaField";
import { TextField } from "../components/TextField";
import { useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";

interface Preview {
  readonly peers: readonly string[];
  readonly notes: readonly string[];
  readonly plan: readonly string[];
}

const SHOWN = ["name", "interface", "file", "endpoint_host"] as const;
/** Far above any wg-quick file, and below what the API takes. */
const LARGEST_FILE = 4 << 20;

/**
 * Takes over a running interface, a wg-quick file, or both; what would come of it is shown first. The file holds private
 * keys: it is in the page's memory alone, and gone with the dialog.
 */
export function NetworkImport({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: (network: Network) => void }) {
  const i18n = useI18n();
  const { t } = i18n;
  const store = useStore();
  const status = useQuery("status", () => api.status());
  const [draft, setDraft] = useState({ name: "", interface: "", file: "", endpoint_host: "" });
  const [preview, setPreview] = useState<Preview>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [tooLarge, setTooLarge] = useState(false);
  const picker = useRef<HTMLInputElement>(null);

  const set = (name: keyof typeof draft) => (value: string) => {
    setPreview(undefined);
    setDraft((old) => ({ ...old, [name]: value }));
  };
  const fault = (name: typeof SHOWN[number]) => error?.fault(name);
  const pick = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    // The same file may be chosen again.
    event.target.value = "";
    if (file === undefined) return;
    setTooLarge(file.size > LARGEST_FILE);
    if (file.size > LARGEST_FILE) return;
    const text = await file.text();
    setPreview(undefined);
    setDraft((old) => ({ ...old, file: text, name: old.name === "" ? file.name.replace(/\.conf$/i, "") : old.name }));
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const fields = {
      name: draft.name.trim(),
      ...(draft.interface === "" ? {} : { interface: draft.interface }),
      ...(draft.file === "" ? {} : { file: draft.file }),
      ...(draft.endpoint_host.trim() === "" ? {} : { endpoint_host: draft.endpoint_host.trim() }),
    };
    try {
      const answer = await api.importNetwork(fields, preview === undefined);
      if (preview === undefined) {
        setPreview({ peers: answer.peers, notes: answer.notes, plan: answer.plan });
      } else {
        store.merge({ networks: [answer.network] });
        if (answer.sync.pending) store.toasts.add("note", t("sync.pending", { reason: answer.sync.reason ?? "" }));
        store.toasts.add("done", t("network.created", { name: answer.network.name }));
        onDone(answer.network);
        onClose();
        return;
      }
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };

  const foreign = status.data?.foreign_interfaces ?? [];
  return (
    <Dialog
      title={t("import.title")} wide onClose={onClose}
      actions={<>
        <Button onClick={preview === undefined ? onClose : () => setPreview(undefined)}>{t(preview === undefined ? "action.cancel" : "action.back")}</Button>
        <Button kind="primary" busy={busy} submit form="import-form">{preview === undefined ? t("import.preview") : t("import.now")}</Button>
      </>}
    >
      <form id="import-form" className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <Fault error={error} known={SHOWN} />
        {preview === undefined ? <>
          <p className="muted">{t("import.text")}</p>
          <TextField label={t("network.name")} fault={fault("name")} value={draft.name} onChange={set("name")} />
          <SelectField
            label={t("import.interface")} fault={fault("interface")} hint={t(foreign.length === 0 ? "import.interface.none" : "import.interface.hint")} value={draft.interface} onChange={set("interface")}
            options={[{ value: "", label: t("form.none") }, ...foreign.map((name) => ({ value: name, label: name }))]}
          />
          <TextAreaField label={t("import.file")} fault={tooLarge ? t("import.tooLarge") : fault("file")} hint={t("import.file.hint")} mono rows={8} value={draft.file} onChange={set("file")} />
          <div>
            <input ref={picker} type="file" accept=".conf,text/plain" hidden aria-hidden="true" tabIndex={-1} onChange={(event) => void pick(event)} />
            <Button small icon="upload" onClick={() => picker.current?.click()}>{t("import.choose")}</Button>
          </div>
          <TextField label={t("network.endpoint")} mono fault={fault("endpoint_host")} hint={t("network.endpoint.hint")} value={draft.endpoint_host} onChange={set("endpoint_host")} />
        </> : <>
          <p className="strong">{i18n.tn("import.peers", preview.peers.length)}</p>
          {preview.peers.length > 0 && <p className="wrap">{preview.peers.slice(0, 200).join(", ")}{preview.peers.length > 200 && " …"}</p>}
          {preview.plan.length > 0 && <><h3>{t("import.plan")}</h3><ul className="names">{preview.plan.slice(0, 200).map((line, index) => <li key={index} className="mono wrap">{line}</li>)}</ul></>}
          {preview.notes.length > 0 && <><h3>{t("import.notes")}</h3><ul className="names">{preview.notes.map((line, index) => <li key={index} className="wrap">{line}</li>)}</ul></>}
        </>}
      </form>
    </Dialog>
  );
}
