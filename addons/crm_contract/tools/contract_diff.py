"""What has changed between two contents of a contract. Plain Python, no database."""

SECTIONS = ("lines", "milestones", "clauses")
OWN = ("key", "amounts", "english")  # of a row: no terms


def differs(old, new):
    """Whether two values of a term, as JSON, tell different things.

    >>> differs(1, 1.0000000001), differs(False, None), differs([2, 1], [1, 2]), differs("a", "b")
    (False, False, False, True)
    """
    if isinstance(old, list) and isinstance(new, list):
        return sorted(old) != sorted(new)
    if isinstance(old, int | float) and isinstance(new, int | float):
        return abs(old - new) > 1e-7
    return (old or False) != (new or False)


def diff_terms(old, new):
    """
    >>> diff_terms({"a": [1, "one"], "b": [2, "two"]}, {"a": [1, "one"], "b": [3, "three"]})
    [('b', 'two', 'three')]

    :return: [(field, text before, text after)] of the terms that differ
    """
    empty = [False, ""]
    names = list(dict.fromkeys((*old, *new)))
    pairs = [(name, old.get(name, empty), new.get(name, empty)) for name in names]
    return [(name, before[1], after[1]) for name, before, after in pairs if differs(before[0], after[0])]


def diff_rows(old, new):
    """
    >>> rows = diff_rows(
    ...     [{"key": 1, "q": [5, "5"]}, {"key": 2, "q": [1, "1"]}],
    ...     [{"key": 1, "q": [6, "6"]}, {"key": "new-9", "q": [4, "4"]}],
    ... )
    >>> [(row["state"], sorted(row["changed"])) for row in rows]
    [('changed', ['q']), ('removed', []), ('added', [])]

    :return: [{"state": same, changed, added or removed, "old": row or None, "new": row or None, "changed": names}]
    """
    after = {row["key"]: row for row in new}
    result = []
    for row in old:
        other = after.get(row["key"])
        changed = {name for name, _before, _after in diff_terms(_terms(row), _terms(other))} if other else set()
        state = ("changed" if changed else "same") if other else "removed"
        result.append({"state": state, "old": row, "new": other, "changed": changed})
    known = {row["key"] for row in old}
    added = [row for row in new if row["key"] not in known]
    return result + [{"state": "added", "old": None, "new": row, "changed": set()} for row in added]


def _terms(row):
    return {name: value for name, value in row.items() if name not in OWN}


def diff(old, new):
    """
    >>> diff({"terms": {}}, {"terms": {}})
    {'terms': [], 'lines': [], 'milestones': [], 'clauses': []}

    :param old: content, see `CrmContractTermsMixin._contract_content`
    :param new: content
    """
    sections = {name: diff_rows(old.get(name, []), new.get(name, [])) for name in SECTIONS}
    return {"terms": diff_terms(old.get("terms", {}), new.get("terms", {})), **sections}


def is_changed(found):
    """
    >>> is_changed(diff({"terms": {}}, {"terms": {"a": [1, "1"]}})), is_changed(diff({}, {}))
    (True, False)

    :param found: what `diff` gives
    """
    return bool(found["terms"]) or any(row["state"] != "same" for name in SECTIONS for row in found[name])
