from typing import NamedTuple


class Kind(NamedTuple):
    """What the engine has to know of a kind of document; names are those of fields on its model."""

    id: int  # of the crm.review.kind
    active: bool  # whether documents may be submitted
    model: str
    id_field: str
    state_field: str
    number: str
    amount: str | None
    partner: str | None
    lines: tuple  # one2many fields
    open_fields: frozenset  # may change while the document is locked
    talk: frozenset  # what talking about a document or a line of it writes
    lock_approved: bool
    without_flow: str  # "refuse" or "approve"
    gate: tuple  # domain of documents that must be approved
