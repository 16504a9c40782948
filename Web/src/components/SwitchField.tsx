import type { ReactNode } from "react";
import { useId } from "react";

interface Props {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

/** Something that is on or off. */
export function SwitchField({ label, hint, checked, onChange, disabled }: Props) {
  const id = useId();
  return (
    <div className="switch-field">
      <input
        id={id} type="checkbox" role="switch" className="switch" checked={checked} disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`} onChange={(event) => onChange(event.target.checked)}
      />
      <div>
        <label htmlFor={id} className="field__label">{label}</label>
        {hint !== undefined && <p className="field__hint" id={`${id}-hint`}>{hint}</p>}
      </div>
    </div>
  );
}
