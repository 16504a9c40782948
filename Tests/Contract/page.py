"""docs/protocol.md as data: the services, the messages by field number, and the reasons.

What the page does not say is not here, so whatever is built on this holds the programs to the page, and the page to the
programs.
"""

import dataclasses
import pathlib
import re

PATH = pathlib.Path(__file__).resolve().parents[2] / "docs" / "protocol.md"
EMPTY = "Empty"


@dataclasses.dataclass(frozen=True)
class Field:
    """One row of a message's table."""

    number: int
    name: str
    # `text`, `bool`, `integer`, `unsigned`, `float`, `bytes`, `map`, or the name of a message.
    kind: str
    # The bits of an integer, or None.
    bits: int | None
    is_array: bool
    is_optional: bool
    # Whether a value that is empty or 0 is left out, as that of an optional field that is absent.
    is_omitted_when_empty: bool = False

    @property
    def is_message(self):
        return self.kind[0].isupper()

    @property
    def range(self):
        """The least and the largest number of an integer's type."""
        if self.kind == "unsigned":
            return 0, 2**self.bits - 1
        return -(2 ** (self.bits - 1)), 2 ** (self.bits - 1) - 1


@dataclasses.dataclass(frozen=True)
class Method:
    """One row of a service's table."""

    name: str
    request: str
    response: str
    is_stream: bool
    role: str
    is_idempotent: bool


class Page:
    """The page, read."""

    def __init__(self, text=None):
        self.methods = {}
        self.messages = {EMPTY: {}}
        self.reasons = {}
        section, header, omitted = "", [], {}
        for line in (text or PATH.read_text()).splitlines():
            if line.startswith("#"):
                section, header = line.lstrip("# ").strip(), []
            elif line.startswith("|"):
                cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
                if not header:
                    header = cells
                elif not set(line) <= set("|-: "):
                    self._row(section, header, cells)
            else:
                header = []
                if line.endswith("Lists that are empty are left out."):
                    omitted[section] = None
                elif match := re.match(r"Of these (.*) are left out where they are empty", line):
                    omitted[section] = set(re.findall(r"`(\w+)`", match[1]))
        for message, names in omitted.items():
            self._omit(message, names)

    def _row(self, section, header, cells):
        if header[:3] == ["method", "request", "response"]:
            row = dict(zip(header, cells))
            name = f"{section}/{unquoted(row['method'])}"
            response = row["response"]
            self.methods[name] = Method(
                name, message_name(row["request"]), message_name(response), "stream" in response,
                row["least role"], row["idempotent"] == "yes")
        elif header == ["key", "field", "type", "meaning"]:
            field = read_field(*cells[:3])
            fields = self.messages.setdefault(section, {})
            assert field.number not in fields, f"{section} has the number {field.number} twice"
            fields[field.number] = field
        elif header[:2] == ["reason", "code"]:
            self.reasons[unquoted(cells[0])] = cells[1]

    def _omit(self, message, names):
        """Notes which fields are left out where they are empty: those of the names, or all lists."""
        fields = self.messages[message]
        if names is None:
            names = {field.name for field in fields.values() if field.is_array}
        for number, field in fields.items():
            if field.name in names:
                fields[number] = dataclasses.replace(field, is_omitted_when_empty=True)
        assert {field.name for field in fields.values() if field.is_omitted_when_empty} == names, message


def unquoted(cell):
    return cell.strip("`")


def message_name(cell):
    # `stream of [X](#x)` is the message of a stream.
    if match := re.search(r"\[(\w+)\]\(#\w+\)", cell):
        return match[1]
    assert cell == "empty map", cell
    return EMPTY


def read_field(key, name, kind):
    kind, optional, _ = kind.partition(", optional")
    array = kind.startswith("array of ")
    kind = kind.removeprefix("array of ")
    bits = None
    if match := re.fullmatch(r"(integer|unsigned) \([iu](\d+)\)", kind):
        kind, bits = match[1], int(match[2])
    elif match := re.fullmatch(r"\[(\w+)\]\(#\w+\)", kind):
        kind = match[1]
    elif kind == "map of text to text":
        kind = "map"
    else:
        assert kind in ("text", "bool", "float", "bytes"), f"{name}: {kind}"
    return Field(int(key), name, kind, bits, array, bool(optional))


def fault(page, message, value, path=""):
    """What the page does not allow in a message by field number; None where it is as the page says."""
    fields = page.messages[message]
    if not isinstance(value, dict):
        return f"{path or message}: not a map"
    for number, field in fields.items():
        place = f"{path}{field.name}"
        if number not in value:
            if field.is_optional or field.is_omitted_when_empty:
                continue
            return f"{place}: missing"
        items = value[number]
        if field.is_array:
            if not isinstance(items, list):
                return f"{place}: not an array"
        else:
            items = [items]
        for item in items:
            if found := _fault_of_item(page, field, item, place):
                return found
    if unknown := set(value) - set(fields):
        return f"{path or message}: the page has no fields {sorted(unknown)}"
    return None


def _fault_of_item(page, field, item, place):
    if field.is_message:
        return fault(page, field.kind, item, f"{place}.")
    types = {"text": str, "bool": bool, "integer": int, "unsigned": int, "float": float, "bytes": bytes, "map": dict}
    if type(item) is not types[field.kind]:
        return f"{place}: a {type(item).__name__} instead of {field.kind}"
    if field.bits and not field.range[0] <= item <= field.range[1]:
        return f"{place}: {item} is out of range"
    return None
