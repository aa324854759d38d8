"""When a step is decided."""

import math


def step_outcome(mode, votes, added=(), percent=100):
    """What the signatures given so far make of a step.

    :param str mode: ``any`` one signature decides, ``all`` and ``turn`` everybody must approve, ``vote`` a share must
    :param votes: for each reviewer True (approved), False (rejected) or None (open), in the order of decision
    :param added: the same for signers whom a reviewer has added: each of them must approve, whatever the mode
    :param percent: with ``vote``, the percentage of the reviewers who must approve
    :return: True approved, False rejected, None still open

    >>> step_outcome("any", [None, True]), step_outcome("any", [None, False]), step_outcome("any", [None, None])
    (True, False, None)
    >>> step_outcome("all", [True, None]), step_outcome("all", [True, True]), step_outcome("all", [None, False])
    (None, True, False)
    >>> step_outcome("vote", [True, True, None], percent=60), step_outcome("vote", [False, False, None], percent=60)
    (True, False)
    >>> step_outcome("vote", [True, False, None], percent=60)
    >>> step_outcome("any", [True], added=[None]), step_outcome("any", [True], added=[False])
    (None, False)
    """
    if False in added:
        return False
    votes = list(votes)
    if not votes:
        result = None
    elif mode == "any":
        result = next((vote for vote in votes if vote is not None), None)
    elif mode == "vote":
        needed = max(1, math.ceil(len(votes) * percent / 100))
        result = True if votes.count(True) >= needed else False if len(votes) - votes.count(False) < needed else None
    elif False in votes:
        result = False
    else:
        result = None if None in votes else True
    return None if result and None in added else result
