import type { FieldProps } from "./Field";
import { Field } from "./Field";

interface Props extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows?: number;
  readonly mono?: boolean;
}

export function TextAreaField({ label, hint, fault, optional, value, onChange, rows = 3, mono = false }: Props) {
  return (
    <Field label={label} hint={hint} fault={fault} optional={optional}>
      {(wiring) => (
        <textarea {...wiring} className={`input${mono ? " mono" : ""}`} rows={rows} spellCheck={false} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
