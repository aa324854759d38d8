"""How customers are shared out among colleagues."""

import heapq
from dataclasses import dataclass, field

MODES = ("even", "load", "region", "capacity")


class NoRoom(Exception):
    """There are more customers than the receivers may own.

    :param room: how many there is room for
    """

    def __init__(self, room):
        super().__init__(room)
        self.room = room


@dataclass
class Receiver:
    """Somebody who gets customers.

    :param key: whatever names him
    :param load: how many customers he owns
    :param room: how many more he may own; None: any number
    :param regions: {region: how many customers he owns there}
    """

    key: object
    load: int = 0
    room: int | None = None
    regions: dict = field(default_factory=dict)
    got: int = 0

    def is_full(self):
        return self.room is not None and self.got >= self.room

    def urgency(self, mode):
        """The smaller, the sooner he gets the next one."""
        if mode == "load":
            return self.load + self.got
        if mode == "capacity":
            return self.got - self.room if self.room is not None else self.load + self.got
        return self.got


def share_out(regions, receivers, mode):
    """Give each customer a receiver who still has room.

    ``even``: the same number to each. ``load``: to who owns least. ``region``: to who owns most in the customer's
    region, else to who owns least. ``capacity``: to who has most room.

    >>> ann, bob = Receiver("ann", load=5), Receiver("bob", load=2)
    >>> share_out([None] * 4, [ann, bob], "even")
    ['ann', 'bob', 'ann', 'bob']
    >>> share_out([None] * 5, [Receiver("ann", load=5), Receiver("bob", load=2)], "load")
    ['bob', 'bob', 'bob', 'ann', 'bob']
    >>> share_out([None] * 4, [Receiver("ann", room=1), Receiver("bob", room=4)], "capacity")
    ['bob', 'bob', 'bob', 'ann']
    >>> share_out(["N", "S"], [Receiver("ann", 9, regions={"S": 9}), Receiver("bob", 2, regions={"N": 1})], "region")
    ['bob', 'ann']
    >>> two = [Receiver("ann", room=1), Receiver("bob", room=1)]
    >>> share_out([None] * 3, two, "even")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    NoRoom: 2

    :param regions: the customers' regions, in the order in which they are given away
    :param receivers: list of ``Receiver``; their ``got`` counts up
    :param mode: one of ``MODES``
    :return: list of the receivers' keys, as long as ``regions``
    :raise NoRoom: no receiver has room for one of them
    """
    fallback = "load" if mode == "region" else mode
    heap = [(receiver.urgency(fallback), index) for index, receiver in enumerate(receivers)]
    heapq.heapify(heap)
    keys = []
    for region in regions:
        receiver = _at_home(region, receivers) if mode == "region" else None
        receiver = receiver or _next(heap, receivers, fallback)
        if not receiver:
            raise NoRoom(len(keys))
        receiver.got += 1
        keys.append(receiver.key)
    return keys


def _at_home(region, receivers):
    """Who owns most customers of the region and has room."""
    candidates = [one for one in receivers if one.regions.get(region) and not one.is_full()]
    return max(candidates, key=lambda one: one.regions[region], default=None)


def _next(heap, receivers, mode):
    """Whose turn it is. What the heap holds of somebody may be out of date: he then stands further behind."""
    while heap:
        urgency, index = heap[0]
        receiver = receivers[index]
        if receiver.is_full():
            heapq.heappop(heap)
        elif urgency != receiver.urgency(mode):
            heapq.heapreplace(heap, (receiver.urgency(mode), index))
        else:
            return receiver
    return None
